// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// A data block in memory, decompressed and verified.
///
/// Everything a reader relies on (offsets, lengths, well-formed keys) has been checked once, so that reading it is
/// pointer arithmetic.
@safe package final class Block: @unchecked Sendable {
  // Unchecked: the bytes are never written once the block is made.
  let base: UnsafeRawPointer
  package let byteCount: Int
  let rowCount: Int
  /// How many cells of the first row repeat family deletes of an earlier block.
  let repeats: Int

  /// Takes ownership of `memory`, which must have come from `allocate`.
  private init(owning memory: UnsafeMutableRawBufferPointer, rowCount: Int, repeats: Int) {
    unsafe base = unsafe UnsafeRawPointer(
      memory.baseAddress ?? UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 1))
    byteCount = memory.count
    self.rowCount = rowCount
    self.repeats = repeats
  }

  deinit {
    unsafe base.deallocate()
  }

  /// Decompresses and verifies a block.
  ///
  /// Throws `corruption` or `unsupportedCompression`, naming file and offset.
  package static func decode(
    _ stored: UnsafeRawBufferPointer, file: String, offset: UInt64
  ) throws(StoreError) -> Block {
    func damaged(_ what: String) -> StoreError {
      StoreError(
        .corruption, "a block is damaged (\(what)); restore the file from a copy", file: file,
        offset: offset)
    }
    guard stored.count > TableFormat.blockTrailerBytes else { throw damaged("too short") }
    let payloadCount = stored.count - TableFormat.blockTrailerBytes
    let crc = unsafe stored.loadUnaligned(fromByteOffset: stored.count - 4, as: UInt32.self)
      .littleEndian
    let covered = unsafe UnsafeRawBufferPointer(rebasing: stored[0..<(stored.count - 4)])
    guard unsafe Checksum.crc32c(covered) == crc else { throw damaged("checksum") }
    guard let codec = unsafe LocalityGroup.Compression(rawValue: stored[payloadCount]) else {
      throw damaged(unsafe "unknown codec \(stored[payloadCount])")
    }
    let length = unsafe Int(
      stored.loadUnaligned(fromByteOffset: payloadCount + 1, as: UInt32.self).littleEndian)
    guard length >= 8, length <= TableFormat.blockBytesMax else { throw damaged("length") }
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: length, alignment: 16)
    do throws(StoreError) {
      try unsafe BlockCodec.decompress(
        UnsafeRawBufferPointer(rebasing: stored[0..<payloadCount]), codec, into: memory,
        file: file, offset: offset)
      let (rowCount, repeats) = unsafe try verify(UnsafeRawBufferPointer(memory))
      return unsafe Block(owning: memory, rowCount: rowCount, repeats: repeats)
    } catch {
      unsafe memory.deallocate()
      if error.file == nil { throw damaged(error.message) }
      throw error
    }
  }

  /// Walks the whole block; throws without file when something is amiss.
  private static func verify(
    _ bytes: UnsafeRawBufferPointer
  ) throws(StoreError) -> (rowCount: Int, repeats: Int) {
    let rowCount = unsafe Int(
      bytes.loadUnaligned(fromByteOffset: bytes.count - 4, as: UInt32.self).littleEndian)
    let repeats = unsafe Int(
      bytes.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt32.self).littleEndian)
    guard rowCount >= 1, rowCount <= (bytes.count - 8) / 4 else {
      throw StoreError(.corruption, "row count")
    }
    let end = bytes.count - 8 - rowCount * 4
    var reader = unsafe ByteReader(UnsafeRawBufferPointer(rebasing: bytes[0..<end]))
    do throws(MalformedBytes) {
      var last = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
      for row in 0..<rowCount {
        let place = unsafe bytes.loadUnaligned(fromByteOffset: end + row * 4, as: UInt32.self)
          .littleEndian
        guard Int(place) == reader.offset else { throw MalformedBytes() }
        let key = try unsafe reader.readLengthPrefixed()
        guard unsafe row == 0 || compareBytes(last, key) < 0 else { throw MalformedBytes() }
        unsafe last = unsafe key
        let cells = try reader.readFixed32LE()
        guard cells >= 1, row > 0 || repeats < cells else { throw MalformedBytes() }
        for _ in 0..<cells {
          let keyLength = try reader.readCount(max: end)
          let valueLength = try reader.readCount(max: end)
          let key = try unsafe reader.readBytes(keyLength)
          let value = try unsafe reader.readBytes(valueLength)
          guard unsafe CellKey.isWellFormedCell(key: key, value: value) else {
            throw MalformedBytes()
          }
        }
      }
      guard reader.isAtEnd else { throw MalformedBytes() }
    } catch {
      throw StoreError(.corruption, "structure")
    }
    return (rowCount, repeats)
  }

  // MARK: Reading what has been verified

  private var offsetsStart: Int { byteCount - 8 - rowCount * 4 }

  /// Where the entry of a row begins.
  @inline(always)
  func rowOffset(_ index: Int) -> Int {
    unsafe Int(
      base.loadUnaligned(fromByteOffset: offsetsStart + index * 4, as: UInt32.self).littleEndian)
  }

  /// The key of the row whose entry begins at `offset`, and where its cell count stands.
  @inline(always)
  func row(at offset: Int) -> (key: UnsafeRawBufferPointer, countOffset: Int) {
    var cursor = offset
    let length = varint(&cursor)
    return unsafe (UnsafeRawBufferPointer(start: base + cursor, count: length), cursor + length)
  }

  /// The first row whose key is not less than `row`; `rowCount` when there is none.
  func firstRow(atOrAfter row: UnsafeRawBufferPointer) -> Int {
    var low = 0
    var high = rowCount
    while low < high {
      let middle = (low + high) / 2
      if unsafe compareBytes(self.row(at: rowOffset(middle)).key, row) < 0 {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }

  @inline(always)
  func varint(_ offset: inout Int) -> Int {
    let first = unsafe base.load(fromByteOffset: offset, as: UInt8.self)
    offset += 1
    if first < 0x80 { return Int(first) }
    var value = Int(first & 0x7F)
    var shift = 7
    while true {
      let byte = unsafe base.load(fromByteOffset: offset, as: UInt8.self)
      offset += 1
      value |= Int(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
  }
}
