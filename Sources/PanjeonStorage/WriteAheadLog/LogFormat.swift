// SPDX-License-Identifier: Apache-2.0

/// The constants of the log's framing; see the page *Formats/WriteAheadLogFormat*.
///
///     segment = *block                     ; 32 KiB each
///     block   = *chunk *%x00               ; zeros where no header fits
///     chunk   = crc32c(4) length(2) type(1) log-number(8) synced(8) payload
///
/// Integers are little-endian; the checksum covers everything behind it. `synced` is the offset in the segment
/// that was known to be on disk when the chunk was framed: bytes before it cannot be the torn end of a crash.
/// LevelDB's framing, with RocksDB's log number for recycled files and Pebble's synced offset.
package enum LogFormat {
  package static let version: UInt32 = 1
  package static let blockBytes = 32 << 10
  package static let headerBytes = 23

  /// The largest record: the largest batch and room for its framing.
  package static let recordBytesMax = 96 << 20

  /// What a segment header's payload begins with: "PJLG".
  package static let magic: UInt32 = 0x474C_4A50

  package enum ChunkType: UInt8 {
    case full = 1
    case first = 2
    case middle = 3
    case last = 4
    case segmentHeader = 5
  }
}

/// What the first chunk of a segment says.
package struct LogSegmentHeader: Hashable, Sendable {
  package var number: UInt64

  /// The segment before this one, or zero.
  package var previousNumber: UInt64

  /// Where the segment before this one ended.
  package var previousEnd: UInt64

  package static let payloadBytes = 32

  package func encode() -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.appendFixed32LE(LogFormat.magic)
    bytes.appendFixed32LE(LogFormat.version)
    bytes.appendFixed64LE(number)
    bytes.appendFixed64LE(previousNumber)
    bytes.appendFixed64LE(previousEnd)
    return bytes
  }
}
