// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// The index of an SSTable: for each data block its last key and where it is.
///
///     index = block-count(4) *( key-length(varint) key offset(varint) length(varint) )
///
/// A key is escaped row, 00 00, cell key; compared by `memcmp`. In memory the keys stand in one slab, and ``KeyWords`` of them in
/// another, once the index is complete.
package struct TableIndex: Sendable {
  private var slab: [UInt8] = []
  private var ends: [UInt32] = []
  private var words: [UInt64] = []
  /// How many bytes all keys begin with alike.
  private var commonBytes = 0
  package private(set) var handles: [BlockHandle] = []

  package init() {}

  package var blockCount: Int { handles.count }
  package var byteCount: Int { slab.count + ends.count * 4 + words.count * 8 + handles.count * 16 }

  /// Appends the key of a cell in a row, as the index compares it.
  package static func appendKey(
    row: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer, to bytes: inout [UInt8]
  ) {
    bytes.reserveCapacity(row.count + 2 + key.count)
    unsafe CellKey.appendEscaped(row, to: &bytes)
    bytes.append(0)
    bytes.append(0)
    unsafe bytes.append(contentsOf: key)
  }

  package mutating func append(key: [UInt8], handle: BlockHandle) {
    slab.append(contentsOf: key)
    ends.append(UInt32(slab.count))
    handles.append(handle)
  }

  /// The first block whose last key is not less than a cell's, or a row's with an empty cell key; `blockCount` when there is none.
  ///
  /// Inlined, as else the whole index would be copied for the call, and each of its arrays counted.
  @inline(always)
  package func firstBlock(
    atOrAfter row: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer
  ) -> Int {
    // Most keys are short, and nothing is allocated for them.
    var room = InlineArray<128, UInt8>(repeating: 0)
    if 2 * row.count + 2 + key.count <= room.count {
      return unsafe withUnsafeMutableBytes(of: &room) {
        unsafe firstBlock(atOrAfter: Self.writeKey(row: row, key: key, to: $0))
      }
    }
    var long: [UInt8] = []
    unsafe Self.appendKey(row: row, key: key, to: &long)
    return unsafe long.withUnsafeBytes { unsafe firstBlock(atOrAfter: $0) }
  }

  /// Writes what `appendKey` appends.
  private static func writeKey(
    row: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer, to room: UnsafeMutableRawBufferPointer
  ) -> UnsafeRawBufferPointer {
    var end = row.count
    if unsafe row.hasZero {
      end = 0
      for index in 0..<row.count {
        let byte = unsafe row[index]
        unsafe room[end] = byte
        end += 1
        if byte != 0 { continue }
        unsafe room[end] = 0xFF
        end += 1
      }
    } else {
      unsafe room.copyMemory(from: row)
    }
    unsafe room[end] = 0
    unsafe room[end + 1] = 0
    end += 2
    unsafe UnsafeMutableRawBufferPointer(rebasing: room[end...]).copyMemory(from: key)
    return unsafe UnsafeRawBufferPointer(rebasing: room[..<(end + key.count)])
  }

  @inline(always)
  private func firstBlock(atOrAfter key: UnsafeRawBufferPointer) -> Int {
    unsafe slab.withUnsafeBytes { slab in
      let order = unsafe KeyWords.order(
        key, UnsafeRawBufferPointer(rebasing: slab[..<commonBytes]))
      if order != 0 { return order < 0 ? 0 : blockCount }
      let places = unsafe words.withUnsafeBufferPointer {
        unsafe KeyWords.places(of: KeyWords.word(key, behind: commonBytes), in: $0)
      }
      var (low, high) = (places.lowerBound, places.upperBound)
      while low < high {
        let middle = (low + high) / 2
        let last = unsafe UnsafeRawBufferPointer(rebasing: slab[keyRange(middle)])
        if unsafe compareBytes(last, key) < 0 { low = middle + 1 } else { high = middle }
      }
      return low
    }
  }

  private mutating func makeWords() {
    (words, commonBytes) = unsafe slab.withUnsafeBytes { slab in
      func key(_ place: Int) -> UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(rebasing: slab[keyRange(place)])
      }
      if handles.isEmpty { return ([], 0) }
      let common = unsafe KeyWords.common(key(0), key(blockCount - 1))
      return (handles.indices.map { unsafe KeyWords.word(key($0), behind: common) }, common)
    }
  }

  private func keyRange(_ place: Int) -> Range<Int> {
    (place == 0 ? 0 : Int(ends[place - 1]))..<Int(ends[place])
  }

  /// The bytes of the blocks that may hold rows of a range.
  package func bytes(of rows: KeyRange) -> UInt64 {
    let first = firstBlock(atOrAfter: rows.start)
    // The block that holds the stop may hold rows before it.
    let last = rows.stop.map { min(firstBlock(atOrAfter: $0), blockCount - 1) }
    guard first < blockCount, first <= last ?? blockCount - 1 else { return 0 }
    return handles[first...(last ?? blockCount - 1)].reduce(0) { $0 + UInt64($1.length) }
  }

  private func firstBlock(atOrAfter row: Bytes) -> Int {
    unsafe row.withUnsafeBytes {
      unsafe firstBlock(atOrAfter: $0, key: UnsafeRawBufferPointer(start: nil, count: 0))
    }
  }

  /// Of the rows that end blocks, from the middle of a range's bytes on, the first that is accepted.
  package func row(behindMiddleOf rows: KeyRange, where isAccepted: (Bytes) -> Bool) -> Bytes? {
    let first = firstBlock(atOrAfter: rows.start)
    let total = bytes(of: rows)
    var end: UInt64 = 0
    for place in first..<blockCount {
      let length = UInt64(handles[place].length)
      end += length
      // Until the middle is nearer than it will be at the end of a next block as large.
      if 2 * end + length < total { continue }
      let row = lastRow(of: place)
      if isAccepted(row) { return row }
      if !rows.contains(row) { return nil }
    }
    return nil
  }

  /// The rows from the one that ends the block before to the one that ends this block, which may go on.
  package func rows(of place: Int) -> KeyRange {
    KeyRange(from: place == 0 ? Bytes() : lastRow(of: place - 1), to: lastRow(of: place).successor)
  }

  /// The key of the last cell of a block, as the index compares it.
  package func lastKey(of place: Int) -> ArraySlice<UInt8> {
    slab[keyRange(place)]
  }

  /// The index of the same file without some of its blocks.
  package func leavingOut(_ places: Set<Int>) -> TableIndex {
    var index = TableIndex()
    for place in handles.indices where !places.contains(place) {
      index.append(key: Array(lastKey(of: place)), handle: handles[place])
    }
    index.makeWords()
    return index
  }

  private func lastRow(of place: Int) -> Bytes {
    let range = keyRange(place)
    var row: [UInt8] = []
    var offset = range.lowerBound
    // A zero of the row has an FF behind it, the end of the row another zero.
    while offset + 1 < range.upperBound, slab[offset] != 0 || slab[offset + 1] == 0xFF {
      row.append(slab[offset])
      offset += slab[offset] == 0 ? 2 : 1
    }
    return Bytes(row)
  }

  package func encode() -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.appendFixed32LE(UInt32(handles.count))
    var start = 0
    for (index, handle) in handles.enumerated() {
      let end = Int(ends[index])
      bytes.appendVarint(UInt64(end - start))
      bytes.append(contentsOf: slab[start..<end])
      bytes.appendVarint(handle.offset)
      bytes.appendVarint(UInt64(handle.length))
      start = end
    }
    return bytes
  }

  /// Decodes an index whose blocks must follow one another from the file's beginning up to `dataEnd`.
  package init(_ reader: inout ByteReader, dataEnd: UInt64) throws(MalformedBytes) {
    let count = try reader.readFixed32LE()
    guard count >= 1, Int(count) <= reader.remaining else { throw MalformedBytes() }
    var expected: UInt64 = 0
    for _ in 0..<count {
      let key = try unsafe reader.readLengthPrefixed()
      guard key.count >= CellKey.bytesMin + 2 else { throw MalformedBytes() }
      let offset = try reader.readVarint()
      let length = try reader.readCount(max: TableFormat.blockBytesMax + 1024)
      guard offset == expected, UInt64(length) <= dataEnd - offset else { throw MalformedBytes() }
      expected = offset + UInt64(length)
      unsafe append(key: Array(key), handle: BlockHandle(offset: offset, length: UInt32(length)))
    }
    guard expected == dataEnd, reader.isAtEnd else { throw MalformedBytes() }
    makeWords()
  }
}
