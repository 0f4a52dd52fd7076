// SPDX-License-Identifier: Apache-2.0

package import PanjeonStorage

/// A payload behind its length and checksum: `length(4) crc32c(4) payload`, little-endian.
package enum Frame {
  /// The length of what comes before the payload.
  package static let headerBytes = 8

  /// The frame of a payload, which must not be larger than ``WireFormat/payloadBytesMax``.
  package static func around(_ payload: [UInt8]) -> [UInt8] {
    precondition(payload.count <= WireFormat.payloadBytesMax, "a frame is larger than is allowed")
    var frame: [UInt8] = []
    frame.reserveCapacity(headerBytes + payload.count)
    frame.appendFixed32LE(UInt32(payload.count))
    frame.appendFixed32LE(checksum(payload))
    frame.append(contentsOf: payload)
    return frame
  }

  fileprivate static func checksum(_ payload: [UInt8]) -> UInt32 {
    unsafe payload.withRawBytes { unsafe Checksum.crc32c($0) }
  }
}

/// Cuts what comes by a connection into payloads.
package struct FrameReader {
  private var bytes: [UInt8] = []
  private var start = 0

  package init() {}

  /// Takes what has come.
  package mutating func append(_ received: [UInt8]) {
    if start > 0 {
      bytes.removeFirst(start)
      start = 0
    }
    bytes.append(contentsOf: received)
  }

  /// How many bytes there are that make no payload yet, or one that has not been taken.
  package var pendingBytes: Int { bytes.count - start }

  /// Whether a payload is there, or is known not to be one.
  package var hasFrame: Bool {
    guard let length = announcedLength else { return false }
    return length > WireFormat.payloadBytesMax || pendingBytes >= Frame.headerBytes + length
  }

  /// The next payload; nil when it is not there yet.
  ///
  /// Throws when the bytes are none of ours; there is no going on then.
  package mutating func next() throws(MalformedBytes) -> [UInt8]? {
    guard hasFrame, let length = announcedLength else { return nil }
    guard length <= WireFormat.payloadBytesMax else { throw MalformedBytes() }
    let place = start + Frame.headerBytes
    let payload = Array(bytes[place..<(place + length)])
    guard Frame.checksum(payload) == number(at: start + 4) else { throw MalformedBytes() }
    start = place + length
    if start == bytes.count {
      bytes = []
      start = 0
    }
    return payload
  }

  private var announcedLength: Int? {
    pendingBytes >= Frame.headerBytes ? Int(number(at: start)) : nil
  }

  private func number(at offset: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << UInt32(8 * $1) }
  }
}
