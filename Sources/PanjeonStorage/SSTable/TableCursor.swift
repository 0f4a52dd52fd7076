// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// A cursor over an SSTable.
///
/// It holds one block at a time.
package final class TableCursor: CellCursor {
  private let table: TableFile
  private let mode: ReadMode
  private let fillsCache: Bool
  private var block: Block?
  private var place = 0
  private var rowIndex = 0
  /// Where the cell behind the current one begins, and how many are left in the row's entry.
  private var nextCell = 0
  private var cellsLeft = 0
  private var scratch: [UInt8] = []

  init(_ table: TableFile, mode: ReadMode, fillsCache: Bool) {
    self.table = table
    self.mode = mode
    self.fillsCache = fillsCache
    super.init()
  }

  package override func seekToFirst() throws(StoreError) {
    try enterBlock(0)
    if let block { showRow(0, of: block) }
  }

  package override func seek(
    row target: UnsafeRawBufferPointer, key targetKey: UnsafeRawBufferPointer
  ) throws(StoreError) {
    scratch.removeAll(keepingCapacity: true)
    unsafe TableIndex.appendKey(row: target, key: targetKey, to: &scratch)
    try enterBlock(table.index.firstBlock(atOrAfter: scratch))
    guard let block else { return }
    let found = unsafe block.firstRow(atOrAfter: target)
    guard found < block.rowCount else {
      isValid = false
      throw table.damagedIndex(place)
    }
    showRow(found, of: block)
    guard unsafe compareBytes(row, target) == 0 else { return skipRepeats(ifInRow: found) }
    // The block's last key is not less than the target, so the walk ends within the block.
    while isValid, rowIndex == found, unsafe compareBytes(key, targetKey) < 0 { try next() }
  }

  package override func next() throws(StoreError) {
    guard let block else { return }
    if cellsLeft > 0 {
      showCell(of: block)
    } else if rowIndex + 1 < block.rowCount {
      showRow(rowIndex + 1, of: block)
    } else {
      try nextBlock()
    }
  }

  package override func nextRow() throws(StoreError) {
    guard let block else { return }
    if rowIndex + 1 < block.rowCount { return showRow(rowIndex + 1, of: block) }
    let behind = unsafe Array(row) + [0]
    try unsafe behind.withRawBytes { (row) throws(StoreError) in
      try unsafe seek(row: row, key: UnsafeRawBufferPointer(start: nil, count: 0))
    }
  }

  package override func seekToRow(before bound: UnsafeRawBufferPointer?) throws(StoreError) {
    var last = table.index.blockCount - 1
    if let bound = unsafe bound {
      scratch.removeAll(keepingCapacity: true)
      unsafe TableIndex.appendKey(
        row: bound, key: UnsafeRawBufferPointer(start: nil, count: 0), to: &scratch)
      last = min(last, table.index.firstBlock(atOrAfter: scratch))
    }
    while last >= 0 {
      try enterBlock(last)
      guard let block else { return }
      let behind = unsafe bound.map { unsafe block.firstRow(atOrAfter: $0) } ?? block.rowCount
      if behind > 0 {
        let found = unsafe Array(block.row(at: block.rowOffset(behind - 1)).key)
        return try unsafe found.withRawBytes { (row) throws(StoreError) in
          try unsafe seek(row: row, key: UnsafeRawBufferPointer(start: nil, count: 0))
        }
      }
      last -= 1
    }
    isValid = false
  }

  private func enterBlock(_ newPlace: Int) throws(StoreError) {
    guard newPlace < table.index.blockCount else {
      block = nil
      isValid = false
      return
    }
    if block == nil || place != newPlace {
      // Nothing may be shown of a block that could not be read.
      isValid = false
      block = nil
      block = try table.block(newPlace, mode: mode, fillsCache: fillsCache)
      place = newPlace
    }
  }

  /// Goes on into the next block; what it repeats of this one has been shown.
  private func nextBlock() throws(StoreError) {
    try enterBlock(place + 1)
    guard let block else { return }
    showRow(0, of: block)
    for _ in 0..<block.repeats { showCell(of: block) }
  }

  /// A seek to before a block's first row shows no repeats: they belong to a row that began earlier.
  private func skipRepeats(ifInRow index: Int) {
    guard let block, index == 0 else { return }
    for _ in 0..<block.repeats { showCell(of: block) }
  }

  private func showRow(_ index: Int, of block: Block) {
    rowIndex = index
    let (rowKey, countOffset) = unsafe block.row(at: block.rowOffset(index))
    unsafe row = unsafe rowKey
    cellsLeft = unsafe Int(
      block.base.loadUnaligned(fromByteOffset: countOffset, as: UInt32.self).littleEndian)
    nextCell = countOffset + 4
    showCell(of: block)
  }

  @inline(always)
  private func showCell(of block: Block) {
    var offset = nextCell
    let keyLength = block.varint(&offset)
    let valueLength = block.varint(&offset)
    unsafe key = unsafe UnsafeRawBufferPointer(start: block.base + offset, count: keyLength)
    unsafe value = unsafe UnsafeRawBufferPointer(
      start: block.base + offset + keyLength, count: valueLength)
    nextCell = offset + keyLength + valueLength
    cellsLeft -= 1
    isValid = true
  }
}
