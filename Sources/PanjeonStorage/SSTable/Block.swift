// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// A data block in memory, decompressed and verified.
///
/// Everything a reader relies on (offsets, lengths, well-formed keys) has been checked once, so that reading it is
/// pointer arithmetic. A reference to one allocation: what is known of the bytes, ``KeyWords`` of its rows, of every one or of one in
/// so many, and the bytes. So who counts the reference has the beginning of a search at hand.
@safe package struct Block: @unchecked Sendable {
  // Unchecked: the memory is not written once the block is made, until nobody else has it and it becomes another block's.

  /// The allocation.
  package final class Storage: ManagedBuffer<Header, UInt64> {}

  /// What is known of the bytes.
  package struct Header {
    var byteCount: Int
    /// For how many bytes there is room.
    let capacity: Int
    var rowCount = 0
    /// How many cells of the first row repeat family deletes of an earlier block.
    var repeats = 0
    /// Whether it is known that the last row does not go on in the next block.
    var lastRowEnds = false
    /// How many bytes the keys of all rows begin with alike.
    var commonBytes = 0
    /// The words of which rows there are: each so many-th from the first on.
    var wordStride = 1
    var wordCount = 0
  }

  /// How many words a block has at the most: four lines of a processor's cache.
  private static let wordsMax = 32

  package let storage: Storage

  package init(_ storage: Storage) {
    self.storage = storage
  }

  @inline(always)
  private var header: Header { storage.header }

  /// Room comes in so many bytes, so that the room of one block often does for another.
  private static let roomStep = 1 << 10

  /// Room for a block of so many bytes.
  ///
  /// - Parameters:
  ///   - byteCount: How many.
  ///   - spare: A block that nobody else has, whose room is used if it is large enough, and not much larger.
  /// - Returns: The block, with nothing in it.
  private static func make(byteCount: Int, in spare: Block?) -> Block {
    if let spare {
      let capacity = spare.storage.header.capacity
      // Room counts as taken, whatever is in it.
      if capacity >= byteCount, capacity <= byteCount + byteCount / 4 + roomStep {
        spare.storage.header = Header(byteCount: byteCount, capacity: capacity)
        return spare
      }
    }
    let capacity = (byteCount + roomStep - 1) / roomStep * roomStep
    let made = Storage.create(minimumCapacity: wordsMax + capacity / 8) { _ in
      Header(byteCount: byteCount, capacity: capacity)
    }
    return unsafe Block(unsafeDowncast(made, to: Storage.self))
  }

  /// Takes note of what has been verified, and makes the words.
  private func finish(rowCount: Int, repeats: Int, lastRowEnds: Bool) {
    storage.header.rowCount = rowCount
    storage.header.repeats = repeats
    storage.header.lastRowEnds = lastRowEnds
    let view = view
    let common = unsafe KeyWords.common(view.key(ofRow: 0), view.key(ofRow: rowCount - 1))
    let stride = (rowCount + Self.wordsMax - 1) / Self.wordsMax
    let count = (rowCount + stride - 1) / stride
    storage.header.commonBytes = common
    storage.header.wordStride = stride
    storage.header.wordCount = count
    unsafe storage.withUnsafeMutablePointerToElements { words in
      for place in 0..<count {
        let word = unsafe KeyWords.word(view.key(ofRow: place * stride), behind: common)
        unsafe words[Self.wordsMax - count + place] = word
      }
    }
  }

  package var byteCount: Int { header.byteCount }
  var rowCount: Int { header.rowCount }
  var repeats: Int { header.repeats }
  var lastRowEnds: Bool { header.lastRowEnds }

  /// What it takes in memory, but for the object's own fields.
  package var memoryBytes: Int { header.capacity + Self.wordsMax * 8 }

  @inline(always)
  private var base: UnsafeMutableRawPointer {
    unsafe storage.withUnsafeMutablePointerToElements {
      unsafe UnsafeMutableRawPointer($0 + Self.wordsMax)
    }
  }

  @inline(always)
  private var bytes: UnsafeMutableRawBufferPointer {
    unsafe UnsafeMutableRawBufferPointer(start: base, count: header.byteCount)
  }

  /// Reads a block, decompresses and verifies it: one that is stored as it is remains where it is read to.
  ///
  /// - Parameters:
  ///   - storedCount: Its length in the file.
  ///   - spare: A block that nobody else has, whose memory is used for the block if it fits.
  ///   - file: The file's name, for errors.
  ///   - offset: Where in the file it is.
  ///   - read: Reads so many bytes; returns whether it has.
  /// - Returns: The block; nil when it was not read.
  /// - Throws: `corruption` or `unsupportedCompression`, naming file and offset; what `read` throws.
  package static func read(
    _ storedCount: Int, in spare: Block?, file: @autoclosure () -> String, offset: UInt64,
    _ read: (UnsafeMutableRawBufferPointer) throws(StoreError) -> Bool
  ) throws(StoreError) -> Block? {
    let block = make(byteCount: storedCount, in: spare)
    let isSpare = block.storage === spare?.storage
    if !isSpare { block.touchPages() }
    guard try unsafe read(block.bytes) else { return nil }
    return try block.decoded(in: isSpare ? nil : spare, file: file(), offset: offset)
  }

  /// Writes to each page of memory that is new.
  ///
  /// Else the system would have to provide it while it copies into it, and for that waits for other threads that ask for memory (Linux: a page
  /// fault in a system call takes `mmap_lock`, one outside mostly does not).
  private func touchPages() {
    let last = header.byteCount - 1
    for offset in stride(from: 0, through: last, by: 4096) {
      unsafe base.storeBytes(of: 0, toByteOffset: offset, as: UInt8.self)
    }
    if last >= 0 { unsafe base.storeBytes(of: 0, toByteOffset: last, as: UInt8.self) }
  }

  /// Makes of a block as it is stored one as it is read.
  private func decoded(
    in spare: Block?, file: @autoclosure () -> String, offset: UInt64
  ) throws(StoreError) -> Block {
    do throws(StoreError) {
      let stored = unsafe UnsafeRawBufferPointer(bytes)
      let (payload, codec, length) = try unsafe Self.payload(of: stored)
      var block = self
      if codec == .none {
        guard payload.count == length else { throw Self.damaged("length") }
        storage.header.byteCount = length
      } else {
        block = Self.make(byteCount: length, in: spare)
        try unsafe BlockCodec.decompress(
          payload, codec, into: block.bytes, file: file(), offset: offset)
      }
      let (rowCount, repeats, lastRowEnds) = try unsafe Self.verify(
        UnsafeRawBufferPointer(block.bytes))
      block.finish(rowCount: rowCount, repeats: repeats, lastRowEnds: lastRowEnds)
      return block
    } catch {
      if error.file != nil { throw error }
      throw StoreError(
        .corruption, "a block is damaged (\(error.message)); restore the file from a copy",
        file: file(), offset: offset)
    }
  }

  private static func damaged(_ what: String) -> StoreError { StoreError(.corruption, what) }

  /// What of a stored block is its contents, and how long they are when they have been decompressed; throws without file.
  private static func payload(
    of stored: UnsafeRawBufferPointer
  ) throws(StoreError) -> (UnsafeRawBufferPointer, LocalityGroup.Compression, length: Int) {
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
    return unsafe (UnsafeRawBufferPointer(rebasing: stored[0..<payloadCount]), codec, length)
  }

  /// Walks the whole block; throws without file when something is amiss.
  private static func verify(
    _ bytes: UnsafeRawBufferPointer
  ) throws(StoreError) -> (rowCount: Int, repeats: Int, lastRowEnds: Bool) {
    let rowCount = unsafe Int(
      bytes.loadUnaligned(fromByteOffset: bytes.count - 4, as: UInt32.self).littleEndian)
    let flagged = unsafe bytes.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt32.self)
      .littleEndian
    let repeats = Int(flagged & ~TableFormat.lastRowEnds)
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
    return (rowCount, repeats, flagged & TableFormat.lastRowEnds != 0)
  }

  // MARK: Reading what has been verified

  /// Asks for what is looked at first of a block: what is known of it, the words of most blocks, and its first row.
  ///
  /// - Parameter storage: Where a ``Storage`` is, or was: what is asked for need not be there.
  static func prefetch(_ storage: UnsafeRawPointer) {
    // What comes before the elements: the object and the header.
    let elements = MemoryLayout<Header>.size + 2 * MemoryLayout<Int>.size
    let bytes = elements + wordsMax * MemoryLayout<UInt64>.size
    // Words stand right before the bytes, and rows of a kilobyte have no more than sixteen.
    let wordBytes = 16 * MemoryLayout<UInt64>.size
    unsafe Prefetch.lines(of: 0..<elements, behind: storage)
    unsafe Prefetch.lines(of: (bytes - wordBytes)..<(bytes + 1), behind: storage)
  }

  @inline(always)
  var view: BlockView {
    unsafe BlockView(
      base: UnsafeRawPointer(base), byteCount: header.byteCount, rowCount: header.rowCount)
  }

  /// The first row whose key is not less than `row`; `rowCount` when there is none.
  func firstRow(atOrAfter row: UnsafeRawBufferPointer) -> Int {
    let header = header
    let view = unsafe BlockView(
      base: UnsafeRawPointer(base), byteCount: header.byteCount, rowCount: header.rowCount)
    let beginning = unsafe UnsafeRawBufferPointer(
      rebasing: view.row(at: 0).key.prefix(header.commonBytes))
    let order = unsafe KeyWords.order(row, beginning)
    if order != 0 { return order < 0 ? 0 : header.rowCount }
    let words = unsafe storage.withUnsafeMutablePointerToElements {
      unsafe UnsafeBufferPointer(
        start: $0 + (Self.wordsMax - header.wordCount), count: header.wordCount)
    }
    let word = unsafe KeyWords.word(row, behind: header.commonBytes)
    let places = unsafe KeyWords.places(of: word, in: words)
    // From behind the last row that is known to be less to the first that is known to be greater.
    var low = places.lowerBound == 0 ? 0 : (places.lowerBound - 1) * header.wordStride + 1
    var high = min(places.upperBound * header.wordStride, header.rowCount)
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
