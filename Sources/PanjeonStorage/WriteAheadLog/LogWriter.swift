// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Frames records into the chunks of one log segment and writes them.
///
/// Not safe to share; one thread writes a log.
package struct LogWriter {
  private let file: any File
  private let number: UInt64
  private var buffer: [UInt8] = []

  /// The offset of the first byte in `buffer`.
  package private(set) var flushedOffset: UInt64 = 0

  /// All before this offset is on disk, as far as ``sync()`` has waited for it.
  private var waitedForOffset: UInt64 = 0

  /// What the ends of syncs have told; nil where every sync is waited for.
  private let confirmed: ConfirmedOffset?

  /// How long the file is, as far as it has been written before or with zeros.
  private var fileBytes: UInt64

  /// By how much the file is made longer at a time.
  private let growthBytes: UInt64

  /// Begins a segment with its header; nothing is written before ``flush()``.
  ///
  /// - Parameters:
  ///   - file: The segment's file.
  ///   - number: The segment's number.
  ///   - previous: The segment before it, and where that ended.
  ///   - fileBytes: What the file holds already.
  ///   - growthBytes: Where the file ends, it is made longer by up to so many zeros at once, so that the writes and syncs
  ///     that follow leave its length alone; zero: by what is written.
  package init(
    file: any File, number: UInt64, previous: (number: UInt64, end: UInt64)?,
    fileBytes: UInt64 = 0, growthBytes: UInt64 = 0
  ) {
    self.file = file
    self.number = number
    self.fileBytes = fileBytes
    self.growthBytes = growthBytes
    confirmed = file.syncsApart ? ConfirmedOffset() : nil
    let header = LogSegmentHeader(
      number: number, previousNumber: previous?.number ?? 0, previousEnd: previous?.end ?? 0)
    unsafe header.encode().withUnsafeBytes { unsafe appendChunk(.segmentHeader, $0) }
  }

  /// All before this offset is on disk.
  package var syncedOffset: UInt64 {
    guard let confirmed else { return waitedForOffset }
    return max(waitedForOffset, confirmed.value)
  }

  /// The offset behind the last framed byte.
  package var offset: UInt64 { flushedOffset + UInt64(buffer.count) }

  /// Frames a record, over as many blocks as it needs.
  package mutating func append(_ record: UnsafeRawBufferPointer) {
    var rest = unsafe record
    var isFirst = true
    repeat {
      let room = roomInBlock()
      let count = min(room, rest.count)
      let part = unsafe UnsafeRawBufferPointer(rebasing: rest[0..<count])
      unsafe rest = unsafe UnsafeRawBufferPointer(rebasing: rest[count...])
      let type: LogFormat.ChunkType
      switch unsafe (isFirst, rest.isEmpty) {
      case (true, true): type = .full
      case (true, false): type = .first
      case (false, false): type = .middle
      case (false, true): type = .last
      }
      unsafe appendChunk(type, part)
      isFirst = false
    } while unsafe !rest.isEmpty
  }

  /// Hands everything framed to the operating system, in one write.
  package mutating func flush() throws(StoreError) {
    guard !buffer.isEmpty else { return }
    if growthBytes > 0, offset > fileBytes {
      try writeGrowing()
    } else {
      try write(buffer.count)
    }
    flushedOffset = offset
    buffer.removeAll(keepingCapacity: true)
  }

  /// Writes what is framed, and zeros behind it if there is room for them.
  private mutating func writeGrowing() throws(StoreError) {
    let framed = buffer.count
    let grown = (offset / growthBytes + 1) * growthBytes
    buffer.append(contentsOf: [UInt8](repeating: 0, count: Int(grown - offset)))
    // Whatever happens they are not framed.
    defer { buffer.removeSubrange(framed...) }
    do throws(StoreError) {
      try write(buffer.count)
      fileBytes = grown
    } catch {
      // The zeros may be what there was no room for.
      guard error.code == .noSpace else { throw error }
      try write(framed)
    }
  }

  private func write(_ count: Int) throws(StoreError) {
    try unsafe buffer.withRawBytes { (bytes) throws(StoreError) in
      try unsafe file.write(UnsafeRawBufferPointer(rebasing: bytes[..<count]), at: flushedOffset)
    }
  }

  /// Makes everything flushed durable.
  package mutating func sync() throws(StoreError) {
    guard syncedOffset < flushedOffset else { return }
    try file.sync()
    waitedForOffset = flushedOffset
  }

  /// Lets nothing that is done later be durable before everything flushed.
  package func syncInOrder() throws(StoreError) {
    guard syncedOffset < flushedOffset else { return }
    try file.syncInOrder()
  }

  /// Begins to make everything flushed durable, of a file that syncs apart.
  ///
  /// - Parameter completion: Told how that ended, on whatever thread. By then chunks that are framed may say so.
  package func beginSync(_ completion: @escaping @Sendable (Result<Void, StoreError>) -> Void) {
    let offset = flushedOffset
    guard syncedOffset < offset else { return completion(.success(())) }
    file.beginSync { [confirmed] result in
      confirmed?.note(result, offset)
      completion(result)
    }
  }

  /// The payload that still fits into the block; fills a block up with zeros when no chunk fits.
  private mutating func roomInBlock() -> Int {
    let left = LogFormat.blockBytes - Int(offset % UInt64(LogFormat.blockBytes))
    if left > LogFormat.headerBytes { return left - LogFormat.headerBytes }
    buffer.append(contentsOf: [UInt8](repeating: 0, count: left))
    return LogFormat.blockBytes - LogFormat.headerBytes
  }

  private mutating func appendChunk(
    _ type: LogFormat.ChunkType, _ payload: UnsafeRawBufferPointer
  ) {
    let start = buffer.count
    buffer.appendFixed32LE(0)
    buffer.append(UInt8(truncatingIfNeeded: payload.count))
    buffer.append(UInt8(truncatingIfNeeded: payload.count >> 8))
    buffer.append(type.rawValue)
    buffer.appendFixed64LE(number)
    buffer.appendFixed64LE(syncedOffset)
    unsafe buffer.append(contentsOf: payload)
    unsafe buffer.withUnsafeMutableBytes { bytes in
      let covered = unsafe UnsafeRawBufferPointer(rebasing: bytes[(start + 4)...])
      let crc = unsafe Checksum.crc32c(covered)
      unsafe bytes.storeBytes(of: crc.littleEndian, toByteOffset: start, as: UInt32.self)
    }
  }
}
