// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// A data block in memory, decompressed and verified.
///
/// Everything a reader relies on (offsets, lengths, well-formed keys) has been checked once, so that reading it is
/// pointer arithmetic. In front of the bytes stand ``KeyWords`` of its rows, of every one or of one in so many.
@safe package final class Block: @unchecked Sendable {
  // Unchecked: the memory is never written once the block is made.
  let base: UnsafeRawPointer
  package let byteCount: Int
  let rowCount: Int
  /// How many cells of the first row repeat family deletes of an earlier block.
  let repeats: Int

  /// How many bytes the keys of all rows begin with alike.
  private let commonBytes: Int
  /// The words of which rows there are: each so many-th from the first on.
  private let wordStride: Int
  private let wordCount: Int

  /// How many words a block has at the most: four lines of a processor's cache.
  private static let wordsMax = 32
  private static let wordsBytes = wordsMax * 8

  /// Takes ownership of memory that has come from `allocate`: room for the words, then the block's verified bytes.
  private init(owning memory: UnsafeMutableRawBufferPointer, rowCount: Int, repeats: Int) {
    let bytes = unsafe UnsafeMutableRawBufferPointer(rebasing: memory[Self.wordsBytes...])
    guard let start = bytes.baseAddress else { preconditionFailure("a block has bytes") }
    unsafe base = UnsafeRawPointer(start)
    byteCount = bytes.count
    self.rowCount = rowCount
    self.repeats = repeats
    let view = unsafe BlockView(base: base, byteCount: byteCount, rowCount: rowCount)
    commonBytes = unsafe KeyWords.common(view.key(ofRow: 0), view.key(ofRow: rowCount - 1))
    wordStride = (rowCount + Self.wordsMax - 1) / Self.wordsMax
    wordCount = (rowCount + wordStride - 1) / wordStride
    for place in 0..<wordCount {
      let word = unsafe KeyWords.word(view.key(ofRow: place * wordStride), behind: commonBytes)
      unsafe start.storeBytes(of: word, toByteOffset: (place - wordCount) * 8, as: UInt64.self)
    }
  }

  deinit {
    unsafe (base - Self.wordsBytes).deallocate()
  }

  /// What it takes in memory, but for the object itself.
  package var memoryBytes: Int { byteCount + Self.wordsBytes }

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
    let memory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: wordsBytes + length, alignment: 16)
    let bytes = unsafe UnsafeMutableRawBufferPointer(rebasing: memory[wordsBytes...])
    do throws(StoreError) {
      try unsafe BlockCodec.decompress(
        UnsafeRawBufferPointer(rebasing: stored[0..<payloadCount]), codec, into: bytes,
        file: file, offset: offset)
      let (rowCount, repeats) = unsafe try verify(UnsafeRawBufferPointer(bytes))
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

  @inline(always)
  var view: BlockView { unsafe BlockView(base: base, byteCount: byteCount, rowCount: rowCount) }

  /// The first row whose key is not less than `row`; `rowCount` when there is none.
  func firstRow(atOrAfter row: UnsafeRawBufferPointer) -> Int {
    let view = view
    let beginning = unsafe UnsafeRawBufferPointer(rebasing: view.key(ofRow: 0).prefix(commonBytes))
    let order = unsafe KeyWords.order(row, beginning)
    if order != 0 { return order < 0 ? 0 : rowCount }
    let words = unsafe UnsafeBufferPointer(
      start: (base - wordCount * 8).assumingMemoryBound(to: UInt64.self), count: wordCount)
    let places = unsafe KeyWords.places(of: KeyWords.word(row, behind: commonBytes), in: words)
    // From behind the last row that is known to be less to the first that is known to be greater.
    var low = places.lowerBound == 0 ? 0 : (places.lowerBound - 1) * wordStride + 1
    var high = min(places.upperBound * wordStride, rowCount)
    while low < high {
      let middle = (low + high) / 2
      if unsafe compareBytes(view.key(ofRow: middle), row) < 0 {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }
}
