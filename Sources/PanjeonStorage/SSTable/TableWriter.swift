// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Writes the parts of an SSTable one behind the other, gathered into large pieces.
struct TableWriter: ~Copyable {
  /// How much is gathered before it is written.
  private static let writeBytes = 256 << 10

  /// How much is written before the system is to bring it to the device: with all of a file at the end, a sync takes so long that the
  /// memtables that wait for theirs hold commits back.
  private static let writebackBytes: UInt64 = 1 << 20

  private let file: any File
  private var buffer = GrowingBuffer(capacity: writeBytes + (64 << 10))
  private var start: UInt64 = 0
  private var writebackStart: UInt64 = 0
  private var attempts = CompressionAttempts()

  init(_ file: any File) {
    self.file = file
  }

  /// How long the file is with what has been gathered.
  var fileBytes: UInt64 { start + UInt64(buffer.count) }

  /// Appends a data block with its trailer, compressed if that saves enough.
  ///
  /// Throws `unsupportedCompression`, `io`, `noSpace`.
  mutating func append(
    block: UnsafeRawBufferPointer, _ codec: LocalityGroup.Compression
  ) throws(StoreError) -> BlockHandle {
    let before = buffer.count
    var isCompressed = false
    if codec != .none, attempts.isNextTried() {
      isCompressed = try unsafe BlockCodec.compress(block, codec, to: &buffer)
      attempts.note(isCompressed)
    }
    if !isCompressed { unsafe buffer.append(block) }
    buffer.append(isCompressed ? codec.rawValue : 0)
    buffer.appendFixed32LE(UInt32(block.count))
    return try finish(from: before)
  }

  /// Appends bytes and their checksum.
  ///
  /// Throws `io`, `noSpace`.
  mutating func append(checked bytes: [UInt8]) throws(StoreError) -> BlockHandle {
    let before = buffer.count
    unsafe bytes.withUnsafeBytes { unsafe buffer.append($0) }
    return try finish(from: before)
  }

  /// Appends bytes as they are, and writes all that has been gathered.
  ///
  /// Throws `io`, `noSpace`.
  mutating func finish(with footer: [UInt8]) throws(StoreError) {
    unsafe footer.withUnsafeBytes { unsafe buffer.append($0) }
    try write()
  }

  /// Appends the checksum of what was gathered from a place on.
  private mutating func finish(from before: Int) throws(StoreError) -> BlockHandle {
    let covered = unsafe UnsafeRawBufferPointer(rebasing: buffer.bytes[before...])
    unsafe buffer.appendFixed32LE(Checksum.crc32c(covered))
    let handle = BlockHandle(
      offset: start + UInt64(before), length: UInt32(buffer.count - before))
    if buffer.count >= Self.writeBytes { try write() }
    return handle
  }

  private mutating func write() throws(StoreError) {
    try unsafe file.write(buffer.bytes, at: start)
    start += UInt64(buffer.count)
    buffer.removeAll()
    if start - writebackStart >= Self.writebackBytes {
      file.beginWriteback(of: writebackStart..<start)
      writebackStart = start
    }
  }
}
