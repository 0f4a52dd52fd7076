// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Reads the chunks of a segment, a block at a time.
///
/// Tells three things apart: a whole chunk of this log, something else, and the end of the file.
package struct LogScanner {
  package enum Step {
    case chunk(LogFormat.ChunkType, payload: Range<Int>, synced: UInt64)
    /// No chunk of this log begins here.
    case foreign
    case endOfFile
  }

  package let file: any File
  package let number: UInt64
  package private(set) var offset: UInt64 = 0
  /// The offset behind the last whole chunk.
  private(set) var lastChunkEnd: UInt64 = 0

  /// Where a chunk that bears this log's number but is not whole would end.
  private(set) var tornChunkEnd: UInt64 = 0

  private var blockStart: UInt64 = .max
  private(set) var block: [UInt8] = []

  package init(file: any File, number: UInt64) {
    self.file = file
    self.number = number
  }

  /// Looks at what begins at `offset` and moves behind it if it is a chunk.
  package mutating func next() throws(StoreError) -> Step {
    let blockBytes = UInt64(LogFormat.blockBytes)
    if blockBytes - offset % blockBytes <= UInt64(LogFormat.headerBytes) {
      offset += blockBytes - offset % blockBytes
    }
    try load(offset - offset % blockBytes)
    let start = Int(offset % blockBytes)
    if start >= block.count { return .endOfFile }
    guard let (type, length, synced) = header(at: start) else {
      noteTornChunk(at: start)
      return .foreign
    }
    let payload = (start + LogFormat.headerBytes)..<(start + LogFormat.headerBytes + length)
    offset += UInt64(LogFormat.headerBytes + length)
    lastChunkEnd = offset
    return .chunk(type, payload: payload, synced: synced)
  }

  /// The greatest synced offset that any chunk of this log behind `offset` claims, and where the last one ends.
  ///
  /// After something that is no chunk, chunks are looked for at every byte of every later block: their checksum
  /// and log number make a chance match as good as impossible.
  mutating func evidence(behind bad: UInt64) throws(StoreError) -> (synced: UInt64, end: UInt64) {
    var synced: UInt64 = 0
    var end: UInt64 = 0
    let blockBytes = UInt64(LogFormat.blockBytes)
    var start = Int(bad % blockBytes) + 1
    var position = bad - bad % blockBytes
    while true {
      try load(position)
      if block.isEmpty { return (synced, end) }
      while let found = firstChunk(at: start) {
        synced = max(synced, found.synced)
        start = found.start + LogFormat.headerBytes + found.length
        end = position + UInt64(start)
      }
      start = 0
      position += blockBytes
    }
  }

  /// Moves to the next place behind `offset` where a whole chunk of this log begins; false when there is none.
  mutating func skipToNextChunk() throws(StoreError) -> Bool {
    let blockBytes = UInt64(LogFormat.blockBytes)
    var start = Int(offset % blockBytes) + 1
    var position = offset - offset % blockBytes
    while true {
      try load(position)
      if block.isEmpty { return false }
      if let found = firstChunk(at: start) {
        offset = position + UInt64(found.start)
        return true
      }
      start = 0
      position += blockBytes
    }
  }

  /// The first whole chunk at or behind a place of the block.
  private func firstChunk(at place: Int) -> (start: Int, length: Int, synced: UInt64)? {
    var start = place
    while true {
      start = skippingZeros(from: start)
      if start + LogFormat.headerBytes >= block.count { return nil }
      if let (_, length, synced) = header(at: start) { return (start, length, synced) }
      start += 1
    }
  }

  /// The first place at or behind `start` at which a chunk might begin: its type is not zero, unlike what makes a segment longer.
  private func skippingZeros(from start: Int) -> Int {
    unsafe block.withUnsafeBytes { bytes in
      var type = start + 6
      while type + 8 <= bytes.count,
        unsafe bytes.loadUnaligned(fromByteOffset: type, as: UInt64.self) == 0
      {
        type += 8
      }
      return type - 6
    }
  }

  private mutating func noteTornChunk(at start: Int) {
    guard start + LogFormat.headerBytes <= block.count else {
      if block[start...].contains(where: { $0 != 0 }) {
        tornChunkEnd = blockStart + UInt64(block.count)
      }
      return
    }
    let (chunkNumber, length) = unsafe block.withUnsafeBytes { bytes in
      unsafe (
        bytes.loadUnaligned(fromByteOffset: start + 7, as: UInt64.self).littleEndian,
        Int(bytes[start + 4]) | Int(bytes[start + 5]) << 8
      )
    }
    if chunkNumber == number {
      let end = min(block.count, start + LogFormat.headerBytes + length)
      tornChunkEnd = blockStart + UInt64(end)
    }
  }

  private func header(at start: Int) -> (LogFormat.ChunkType, Int, UInt64)? {
    unsafe block.withUnsafeBytes { bytes in
      guard start + LogFormat.headerBytes <= bytes.count else { return nil }
      guard let type = unsafe LogFormat.ChunkType(rawValue: bytes[start + 6]) else { return nil }
      let length = unsafe Int(bytes[start + 4]) | Int(bytes[start + 5]) << 8
      let end = start + LogFormat.headerBytes + length
      guard end <= bytes.count else { return nil }
      let chunkNumber = unsafe bytes.loadUnaligned(fromByteOffset: start + 7, as: UInt64.self)
      guard chunkNumber.littleEndian == number else { return nil }
      let crc = unsafe bytes.loadUnaligned(fromByteOffset: start, as: UInt32.self).littleEndian
      let covered = unsafe UnsafeRawBufferPointer(rebasing: bytes[(start + 4)..<end])
      guard unsafe Checksum.crc32c(covered) == crc else { return nil }
      let synced = unsafe bytes.loadUnaligned(fromByteOffset: start + 15, as: UInt64.self)
        .littleEndian
      return (type, length, synced)
    }
  }

  private mutating func load(_ start: UInt64) throws(StoreError) {
    if start == blockStart { return }
    block = try file.readUpTo(LogFormat.blockBytes, at: start)
    blockStart = start
  }
}

extension File {
  /// Reads `count` bytes from `offset`, or as many as there are.
  package func readUpTo(_ count: Int, at offset: UInt64) throws(StoreError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let read = try unsafe bytes.withMutableRawBytes { (buffer) throws(StoreError) in
      try unsafe self.read(into: buffer, at: offset)
    }
    bytes.removeLast(count - read)
    return bytes
  }
}
