// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import WideColumn

/// SSTables, their blocks and codecs, MANIFEST edits, CURRENT, and the records of volumes.
///
/// Checksums are made right, so that the fuzzer gets behind them.
let storageTargets: [FuzzTarget] = [
  FuzzTarget(name: "block", run: decodeBlock),
  FuzzTarget(name: "table", run: decodeTable),
  FuzzTarget(name: "codec", run: decompress),
  FuzzTarget(name: "manifest", run: decodeEdits),
  FuzzTarget(name: "current", run: decodeCurrent),
  FuzzTarget(name: "backup", run: decodeBackup),
  FuzzTarget(name: "volume", run: decodeVolumeRecord),
]

func checksum(_ bytes: some Collection<UInt8>) -> [UInt8] {
  var result: [UInt8] = []
  result.appendFixed32LE(Array(bytes).withUnsafeBytes { Checksum.crc32c($0) })
  return result
}

private func decodeBlock(_ bytes: [UInt8]) throws {
  let stored = bytes + checksum(bytes)
  _ = try Block.read(stored.count, in: nil, file: "fuzz", offset: 0) { room in
    room.copyBytes(from: stored)
    return true
  }
}

/// A file that holds the bytes.
func file(_ bytes: [UInt8]) throws -> any File {
  let disk = InMemoryFileSystem()
  _ = try disk.open("/fuzz", .createNew)
  disk.setContents(of: "/fuzz", to: bytes)
  return try disk.open("/fuzz", .read)
}

/// The bytes are: how long filter, index and properties are (3 × 2), and then blocks, filter, index and properties.
///
/// Footer and checksums are made to fit, those of the blocks where the index says that they are.
private func decodeTable(_ bytes: [UInt8]) throws {
  guard bytes.count > 6 else { return }
  let lengths = (0..<3).map { Int(bytes[2 * $0]) | Int(bytes[2 * $0 + 1]) << 8 }
  let body = Array(bytes.dropFirst(6))
  guard lengths.reduce(0, +) <= body.count else { return }
  var start = body.count - lengths.reduce(0, +)
  var contents = fixed(blocks: Array(body[..<start]), body, start + lengths[0], lengths[1])
  var footer: [UInt8] = []
  for length in lengths {
    footer.appendFixed64LE(UInt64(contents.count))
    footer.appendFixed32LE(UInt32(length + 4))
    let part = Array(body[start..<(start + length)])
    contents += part + checksum(part)
    start += length
  }
  footer.appendFixed32LE(TableFormat.version)
  footer += checksum(footer)
  footer.appendFixed64LE(TableFormat.magic)
  let table = try TableFile.open(
    file: file(contents + footer), number: 1,
    cache: BlockCache(budget: MemoryBudget(totalBytes: 1 << 20)))
  try walk(Table(table))
  var report = VerificationReport()
  var pacer = ReadPacer()
  var verifier = TableVerifier(table)
  try verifier.run(&pacer, into: &report)
}

private func fixed(
  blocks: [UInt8], _ body: [UInt8], _ indexStart: Int, _ indexLength: Int
) -> [UInt8] {
  var blocks = blocks
  let index = Array(body[indexStart..<(indexStart + indexLength)])
  let handles = try? index.withRawBytes { (bytes) throws(MalformedBytes) -> [BlockHandle] in
    var reader = ByteReader(bytes)
    return try TableIndex(&reader, dataEnd: UInt64(blocks.count)).handles
  }
  for handle in handles ?? [] where handle.length > 4 {
    let end = Int(handle.offset) + Int(handle.length)
    blocks.replaceSubrange((end - 4)..<end, with: checksum(blocks[Int(handle.offset)..<(end - 4)]))
  }
  return blocks
}

/// Forwards, backwards, and from the middle; a walk that does not end is a bug.
private func walk(_ table: Table) throws {
  let stepsMax = 100_000
  let cursor = table.makeCursor(.mayBlock)
  var steps = 0
  var rows: [[UInt8]] = []
  try cursor.seekToFirst()
  while let cell = cursor.current {
    if rows.last.map({ !$0.elementsEqual(cell.row) }) ?? true, rows.count < 16 {
      rows.append(Array(cell.row))
    }
    try cursor.next()
    steps += 1
    precondition(steps < stepsMax, "a walk forwards does not end")
  }
  try cursor.seekToRow(before: nil)
  while let cell = cursor.current {
    let row = Array(cell.row)
    try row.withRawBytes { (row) throws(StoreError) in try cursor.seekToRow(before: row) }
    steps += 1
    precondition(steps < 2 * stepsMax, "a walk backwards does not end")
  }
  for row in rows {
    try row.withRawBytes { (row) throws(StoreError) in
      try cursor.seek(row: row, key: UnsafeRawBufferPointer(start: nil, count: 0))
    }
    if cursor.current != nil { try cursor.nextRow() }
  }
}

private func decompress(_ bytes: [UInt8]) throws {
  guard bytes.count > 3, let codec = LocalityGroup.Compression(rawValue: bytes[0] % 3) else {
    return
  }
  let length = Int(bytes[1]) | Int(bytes[2]) << 8
  let target = UnsafeMutableRawBufferPointer.allocate(byteCount: length, alignment: 16)
  defer { target.deallocate() }
  try Array(bytes.dropFirst(3)).withRawBytes { (bytes) throws(StoreError) in
    try BlockCodec.decompress(bytes, codec, into: target, file: "fuzz", offset: 0)
  }
}

/// Edits, each behind its length (2), applied one after the other.
private func decodeEdits(_ bytes: [UInt8]) throws {
  var state = VersionState()
  var rest = bytes[...]
  while rest.count > 2 {
    let length = min(
      rest.count - 2, Int(rest[rest.startIndex]) | Int(rest[rest.startIndex + 1]) << 8)
    rest = rest.dropFirst(2)
    let edit = try Array(rest.prefix(length)).withRawBytes { (bytes) throws(StoreError) in
      try VersionEdit.decode(bytes, file: "fuzz", offset: 0)
    }
    rest = rest.dropFirst(length)
    try state.apply(edit)
    // What can be read can be written, and says the same.
    var copy = VersionState()
    try copy.apply(state.snapshotEdit())
    precondition(copy.fileNumbers == state.fileNumbers && copy.regions == state.regions)
    var report = VerificationReport()
    StateVerifier(state, manifest: "fuzz").run(into: &report)
  }
}

private func decodeCurrent(_ bytes: [UInt8]) throws {
  let disk = InMemoryFileSystem()
  _ = try disk.open("/CURRENT", .createNew)
  // The checksum is the last thing of the line.
  let text = bytes.prefix(200) + Array(" ".utf8)
  let digits = String(Array(text).withUnsafeBytes { Checksum.crc32c($0) }, radix: 16)
  let padded = String(repeating: "0", count: 8 - digits.count) + digits + "\n"
  for contents in [bytes, text + Array(padded.utf8)] {
    disk.setContents(of: "/CURRENT", to: Array(contents))
    _ = try? CurrentFile.read(in: "", disk)
  }
}

/// The body of a backup's description, framed; and as it is.
private func decodeBackup(_ bytes: [UInt8]) throws {
  var framed: [UInt8] = []
  framed.appendFixed64LE(BackupDescription.magic)
  framed.appendFixed32LE(BackupDescription.version)
  framed.appendFixed64LE(UInt64(bytes.count))
  framed += bytes
  framed += checksum(framed)
  _ = try? BackupDescription.decode(bytes, path: "fuzz")
  let description = try BackupDescription.decode(framed, path: "fuzz")
  // What can be read can be written, and says the same.
  let again = try BackupDescription.decode(description.encode(), path: "fuzz")
  precondition(again == description)
}

/// The payload of a volume's record, framed; and as it is.
private func decodeVolumeRecord(_ bytes: [UInt8]) throws {
  var framed = Array("PJVL".utf8)
  framed.appendFixed32LE(VolumeRecord.formatVersion)
  framed.appendFixed32LE(UInt32(bytes.count))
  framed += checksum(bytes) + bytes
  _ = try? VolumeRecord.decode(bytes, file: "fuzz")
  let record = try VolumeRecord.decode(framed, file: "fuzz")
  let again = try VolumeRecord.decode(record.encode(), file: "fuzz")
  precondition(again == record)
}
