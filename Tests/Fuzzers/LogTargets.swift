// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import WideColumn

/// Segments of the log, and the records in them.
let logTargets: [FuzzTarget] = [
  FuzzTarget(name: "log", run: readLog),
  FuzzTarget(name: "record", run: decodeRecord),
]

private let logNumber: UInt64 = 7

/// The first byte says where the segment should end; the chunks' checksums and log numbers are made right, but for every
/// eighth.
private func readLog(_ bytes: [UInt8]) throws {
  guard let first = bytes.first else { return }
  let contents = withRightChecksums(Array(bytes.dropFirst()))
  let end = first == 0 ? nil : UInt64(first) * UInt64(contents.count) / 255
  let file = try file(contents)
  _ = try LogSalvage.read(file: file, number: logNumber, end: end) { bytes, _ in
    _ = try? decode(bytes)
  }
  _ = try LogReader.header(file: file, number: logNumber)
  _ = try LogReader.read(file: file, number: logNumber, end: end) { (bytes, _) throws(StoreError) in
    try decode(bytes)
  }
}

private func withRightChecksums(_ bytes: [UInt8]) -> [UInt8] {
  var bytes = bytes
  var start = 0
  var chunks = 0
  while start + LogFormat.headerBytes <= bytes.count {
    let blockEnd = min(bytes.count, (start / LogFormat.blockBytes + 1) * LogFormat.blockBytes)
    if blockEnd - start <= LogFormat.headerBytes {
      start = blockEnd
      continue
    }
    let length = Int(bytes[start + 4]) | Int(bytes[start + 5]) << 8
    let end = min(blockEnd, start + LogFormat.headerBytes + length)
    bytes[start + 4] = UInt8(truncatingIfNeeded: end - start - LogFormat.headerBytes)
    bytes[start + 5] = UInt8(truncatingIfNeeded: (end - start - LogFormat.headerBytes) >> 8)
    for byte in 0..<8 { bytes[start + 7 + byte] = byte == 0 ? UInt8(logNumber) : 0 }
    chunks += 1
    if chunks % 8 != 0 {
      bytes.replaceSubrange(start..<(start + 4), with: checksum(bytes[(start + 4)..<end]))
    }
    start = end
  }
  return bytes
}

private func decodeRecord(_ bytes: [UInt8]) throws {
  try bytes.withRawBytes { (bytes) throws(StoreError) in try decode(bytes) }
}

private func decode(_ bytes: UnsafeRawBufferPointer) throws(StoreError) {
  var cells = 0
  _ = try LogRecord.decode(bytes) { (header, sequence) throws(StoreError) in
    sequence % 3 != 0
  } onCell: { (key, value) throws(StoreError) in
    cells += 1
    precondition(CellKey.isWellFormed(key))
  }
}
