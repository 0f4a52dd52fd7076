// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// A cursor over a memtable; it sees what is inserted while it moves, as far as its reader's snapshot lets it.
package final class MemTableCursor: CellCursor {
  private let table: MemTable
  private var rowNode: UInt32 = 0
  private var cell: UInt32 = 0

  /// Creates a cursor; a seek to the row of `node` finds it at once.
  init(_ table: MemTable, near node: UInt32 = 0) {
    self.table = table
    rowNode = node
    super.init()
  }

  package override func seekToFirst() throws(StoreError) {
    enter(table.firstRow())
  }

  package override func seek(
    row: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer
  ) throws(StoreError) {
    var node = rowNode
    if unsafe node == 0 || compareBytes(table.rowKey(node), row) != 0 {
      node = unsafe table.findRow(row, RowHash.hash(row))
      if node == 0 { node = unsafe table.firstRow(atOrAfter: row) }
    }
    guard node != 0 else { return enter(0) }
    let found = unsafe table.rowKey(node)
    guard unsafe !key.isEmpty, unsafe compareBytes(found, row) == 0 else { return enter(node) }
    rowNode = node
    rowVisit += 1
    unsafe self.row = unsafe found
    let first = unsafe table.firstCell(node, atOrAfter: key)
    if first == 0 { enter(table.rowAfter(node)) } else { show(first) }
  }

  package override func next() throws(StoreError) {
    let following = table.cellAfter(cell)
    if following == 0 { enter(table.rowAfter(rowNode)) } else { show(following) }
  }

  package override func nextRow() throws(StoreError) {
    enter(table.rowAfter(rowNode))
  }

  package override func appendRowAhead(to runs: inout CellRuns) -> Bool {
    // A row of many cells is not gone through twice.
    var (node, count, bytes) = (cell, 0, 0)
    while node != 0 {
      if count == CellRuns.memtableCellsMax { return false }
      count += 1
      bytes += unsafe table.cellKey(node).count + table.cellValue(node).count
      node = table.cellAfter(node)
    }
    return runs.append(CellRun(table, cell: cell, count: count), bytesMax: bytes)
  }

  package override func seekToRow(before row: UnsafeRawBufferPointer?) throws(StoreError) {
    var node = unsafe table.lastRow(before: row)
    // A row that has just been linked may have no cell yet: then to the one before, not to what lies behind the bound.
    while node != 0, table.firstCell(node) == 0 {
      node = unsafe table.lastRow(before: table.rowKey(node))
    }
    enter(node)
  }

  /// Goes to the first cell of a row.
  ///
  /// A row that has just been linked may have no cell yet: then to the next.
  private func enter(_ node: UInt32) {
    var node = node
    while node != 0 {
      let first = table.firstCell(node)
      if first != 0 {
        rowNode = node
        rowVisit += 1
        unsafe row = unsafe table.rowKey(node)
        show(first)
        return
      }
      node = table.rowAfter(node)
    }
    rowNode = 0
    isValid = false
  }

  private func show(_ node: UInt32) {
    cell = node
    unsafe key = unsafe table.cellKey(node)
    unsafe value = unsafe table.cellValue(node)
    isValid = true
  }
}
