// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// A cursor over an SSTable.
///
/// It holds one block at a time.
package final class TableCursor: CellCursor {
  private let table: TableFile
  private let mode: ReadMode
  private let fillsCache: Bool

  /// The block that the cursor is in: kept alive here, and looked at through the view, which counts no references.
  private var block: Block?
  private var view: BlockView?
  private var place = 0
  private var rowCount = 0
  private var rowIndex = 0
  /// Where the cell behind the current one begins, and how many are left in the row's entry.
  private var nextCell = 0
  private var cellsLeft = 0
  /// The block that the seek which comes next will enter, if it has been prepared.
  private var prepared: Int?

  /// How many rows before the end of a block the next one is asked for: first where it is, then itself.
  private static let rowsAhead = (slot: 4, block: 2)

  init(_ table: TableFile, mode: ReadMode, fillsCache: Bool) {
    self.table = table
    self.mode = mode
    self.fillsCache = fillsCache
    super.init()
  }

  package override func seekToFirst() throws(StoreError) {
    prepared = nil
    try enterBlock(0)
    if let view { showRow(0, of: view) }
  }

  package override func seek(
    row target: UnsafeRawBufferPointer, key targetKey: UnsafeRawBufferPointer
  ) throws(StoreError) {
    let block =
      unsafe prepared.take() ?? table.index.firstBlock(atOrAfter: target, key: targetKey)
    try unsafe seek(row: target, key: targetKey, inBlock: block)
  }

  /// Seeks in the block that the index names for the target.
  private func seek(
    row target: UnsafeRawBufferPointer, key targetKey: UnsafeRawBufferPointer, inBlock place: Int
  ) throws(StoreError) {
    try enterBlock(place)
    guard let block, let view else { return }
    let found = unsafe block.firstRow(atOrAfter: target)
    guard found < rowCount else {
      isValid = false
      throw table.damagedIndex(place)
    }
    showRow(found, of: view)
    guard unsafe compareBytes(row, target) == 0 else {
      if found == 0 { skipRepeats(of: block) }
      return
    }
    // The block's last key is not less than the target, so the walk ends within the block.
    while isValid, rowIndex == found, unsafe compareBytes(key, targetKey) < 0 { try next() }
  }

  package override func prepareSeek(row: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer) {
    let block = unsafe table.index.firstBlock(atOrAfter: row, key: key)
    prepared = block
    if fillsCache, view == nil || block != place { table.prefetchSlot(block) }
  }

  package override func prefetchBlock() {
    guard fillsCache, let prepared, view == nil || prepared != place else { return }
    table.prefetchBlock(prepared)
  }

  package override func next() throws(StoreError) {
    guard let view else { return }
    if cellsLeft > 0 {
      showCell(of: view)
    } else if rowIndex + 1 < rowCount {
      showRow(rowIndex + 1, of: view)
    } else {
      try nextBlock()
    }
  }

  package override func nextRow() throws(StoreError) {
    guard let view else { return }
    let left = rowCount - rowIndex
    if left <= Self.rowsAhead.slot, fillsCache { prefetchNextBlock(left) }
    if left > 1 { return showRow(rowIndex + 1, of: view) }
    var behind = unsafe Array(row)
    try nextBlock()
    let goesOn = unsafe isValid && behind.withUnsafeBytes { unsafe compareBytes(row, $0) == 0 }
    if !goesOn { return }
    behind.append(0)
    try unsafe behind.withRawBytes { (row) throws(StoreError) in try unsafe seekFirst(of: row) }
  }

  package override func seekToRow(before bound: UnsafeRawBufferPointer?) throws(StoreError) {
    prepared = nil
    var last = table.index.blockCount - 1
    if let bound = unsafe bound {
      let first = unsafe table.index.firstBlock(
        atOrAfter: bound, key: UnsafeRawBufferPointer(start: nil, count: 0))
      last = min(last, first)
    }
    while last >= 0 {
      try enterBlock(last)
      guard let block, let view else { return }
      let behind = unsafe bound.map { unsafe block.firstRow(atOrAfter: $0) } ?? rowCount
      if behind > 0 {
        let found = unsafe Array(view.key(ofRow: behind - 1))
        return try unsafe found.withRawBytes { (row) throws(StoreError) in
          try unsafe seekFirst(of: row)
        }
      }
      last -= 1
    }
    isValid = false
  }

  package override func appendRowAhead(to runs: inout CellRuns) -> Bool {
    // The last row of a block may go on in the next.
    guard let view, let block, rowIndex + 1 < rowCount || block.lastRowEnds else { return false }
    let end = rowIndex + 1 < rowCount ? view.rowOffset(rowIndex + 1) : view.rowsEnd
    return unsafe runs.append(
      CellRun(view, key: key, value: value, next: nextCell, count: cellsLeft + 1),
      bytesMax: key.count + value.count + end - nextCell)
  }

  /// Goes to the first cell of a row, or of the next.
  private func seekFirst(of row: UnsafeRawBufferPointer) throws(StoreError) {
    let none = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
    let block = unsafe table.index.firstBlock(atOrAfter: row, key: none)
    try unsafe seek(row: row, key: none, inBlock: block)
  }

  private func enterBlock(_ newPlace: Int) throws(StoreError) {
    if view != nil, place == newPlace { return }
    // Nothing may be shown of a block that could not be read.
    isValid = false
    view = nil
    block = nil
    guard newPlace < table.index.blockCount else { return }
    let entered = try table.block(newPlace, mode: mode, fillsCache: fillsCache)
    view = entered.view
    rowCount = entered.rowCount
    block = entered
    place = newPlace
  }

  /// Asks for the next block, which comes after so many rows.
  private func prefetchNextBlock(_ rowsLeft: Int) {
    if rowsLeft == Self.rowsAhead.slot { table.prefetchSlot(place + 1) }
    if rowsLeft == Self.rowsAhead.block { table.prefetchBlock(place + 1) }
  }

  /// Goes on into the next block; what it repeats of this one has been shown.
  private func nextBlock() throws(StoreError) {
    try enterBlock(place + 1)
    guard let block, let view else { return }
    showRow(0, of: view)
    skipRepeats(of: block)
  }

  /// A seek to before a block's first row shows no repeats: they belong to a row that began earlier.
  private func skipRepeats(of block: Block) {
    guard let view else { return }
    for _ in 0..<block.repeats { showCell(of: view) }
  }

  @inline(always)
  private func showRow(_ index: Int, of view: BlockView) {
    rowIndex = index
    rowVisit += 1
    let (rowKey, countOffset) = unsafe view.row(at: view.rowOffset(index))
    unsafe row = unsafe rowKey
    cellsLeft = view.cellCount(at: countOffset)
    nextCell = countOffset + 4
    showCell(of: view)
  }

  @inline(always)
  private func showCell(of view: BlockView) {
    var offset = nextCell
    let keyLength = view.varint(&offset)
    let valueLength = view.varint(&offset)
    unsafe key = unsafe UnsafeRawBufferPointer(start: view.base + offset, count: keyLength)
    unsafe value = unsafe UnsafeRawBufferPointer(
      start: view.base + offset + keyLength, count: valueLength)
    nextCell = offset + keyLength + valueLength
    cellsLeft -= 1
    isValid = true
  }
}
