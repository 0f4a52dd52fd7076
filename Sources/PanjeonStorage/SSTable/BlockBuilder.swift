// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Builds data blocks, one after the other in the same memory: rows with their cells, then the places of the rows.
///
///     block   = *row-entry *row-offset(4) repeats-and-end(4) row-count(4)
///     row-entry = row-length(varint) row cell-count(4) *cell
///     cell    = key-length(varint) value-length(varint) key value
///
/// The first `repeats` cells of the first row are family deletes of an earlier block that also cover this one. The uppermost bit of that
/// number says that the last row ends with the block.
struct BlockBuilder: ~Copyable {
  private var buffer = GrowingBuffer()
  private var rowOffsets: [UInt32] = []
  private var countOffset = 0
  private var cellsInRow: UInt32 = 0
  private var repeats: UInt32 = 0

  var isEmpty: Bool { rowOffsets.isEmpty }
  var rowCount: Int { rowOffsets.count }
  var byteCount: Int { buffer.count + rowOffsets.count * 4 + 8 }

  /// The block; whole once it is finished, and valid until it is built on.
  var bytes: UnsafeRawBufferPointer { unsafe buffer.bytes }

  mutating func beginRow(_ row: UnsafeRawBufferPointer) {
    endRow()
    rowOffsets.append(UInt32(buffer.count))
    buffer.appendVarint(UInt64(row.count))
    unsafe buffer.append(row)
    countOffset = buffer.count
    buffer.appendFixed32LE(0)
    cellsInRow = 0
  }

  mutating func append(
    key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer, isRepeat: Bool = false
  ) {
    buffer.appendVarint(UInt64(key.count))
    buffer.appendVarint(UInt64(value.count))
    unsafe buffer.append(key)
    unsafe buffer.append(value)
    cellsInRow += 1
    if isRepeat { repeats += 1 }
  }

  /// Appends a row of which all that is to be kept is known.
  ///
  /// - Parameters:
  ///   - row: Its key.
  ///   - runs: Its cells.
  ///   - merge: Which of them are kept.
  ///   - tally: Takes note of those.
  /// - Returns: Whether it was; not, and nothing has changed, when it is a row to be judged cell by cell.
  /// - Throws: `corruption` without a file, when the cells are out of order.
  mutating func appendRow(
    _ row: UnsafeRawBufferPointer, _ runs: CellRuns, _ merge: PlainMerge, _ tally: inout CellTally
  ) throws(StoreError) -> Bool {
    let before = (buffer.count, rowOffsets.count, countOffset, cellsInRow)
    unsafe beginRow(row)
    let isPlain =
      if let whole = unsafe runs.onlyBlockBytes {
        try unsafe appendCells(of: whole, runs, merge, &tally)
      } else {
        try appendCells(of: runs, merge, &tally)
      }
    if isPlain {
      cellsInRow = UInt32(tally.count)
      return true
    }
    buffer.removeAll(from: before.0)
    rowOffsets.removeLast(rowOffsets.count - before.1)
    (countOffset, cellsInRow) = (before.2, before.3)
    return false
  }

  /// Appends cells that lie one behind the other in a block: in one piece, if all are kept.
  private mutating func appendCells(
    of whole: UnsafeRawBufferPointer, _ runs: CellRuns, _ merge: PlainMerge,
    _ tally: inout CellTally
  ) throws(StoreError) -> Bool {
    var seen = tally
    let isPlain = try unsafe merge.forEachKept(runs) { key, value in unsafe seen.note(key, value) }
    if !isPlain { return false }
    guard seen.count == runs.cellCount else { return try appendCells(of: runs, merge, &tally) }
    unsafe buffer.append(whole)
    tally = seen
    return true
  }

  /// Appends cells one by one.
  private mutating func appendCells(
    of runs: CellRuns, _ merge: PlainMerge, _ tally: inout CellTally
  ) throws(StoreError) -> Bool {
    try unsafe merge.forEachKept(runs) { key, value in
      unsafe append(key: key, value: value)
      unsafe tally.note(key, value)
    }
  }

  private mutating func endRow() {
    if !rowOffsets.isEmpty { buffer.setFixed32LE(cellsInRow, at: countOffset) }
  }

  /// Makes the block whole.
  ///
  /// - Parameter lastRowEnds: Whether no cell of the last row comes behind.
  mutating func finish(lastRowEnds: Bool) {
    endRow()
    for offset in rowOffsets { buffer.appendFixed32LE(offset) }
    buffer.appendFixed32LE(repeats | (lastRowEnds ? TableFormat.lastRowEnds : 0))
    buffer.appendFixed32LE(UInt32(rowOffsets.count))
  }

  /// Begins another block.
  mutating func removeAll() {
    buffer.removeAll()
    rowOffsets.removeAll(keepingCapacity: true)
    cellsInRow = 0
    repeats = 0
  }
}
