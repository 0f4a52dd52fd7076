// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Several cursors as one, in order of (row, cell key).
///
/// Rows are merged by a linear search, there are few cursors; cells only among those that are in the row, which is often one.
/// Their keys differ, because each carries the sequence of its mutation.
package final class MergeCursor: CellCursor {
  private let children: [CellCursor]

  /// Which children are in the present row, and which of them is at its present cell.
  private var inRow: [Int] = []
  private var leading: CellCursor

  /// A cursor over all of `cursors`: itself when it is one, an empty one when there is none.
  package static func over(_ cursors: [CellCursor]) -> CellCursor {
    switch cursors.count {
    case 0: EmptyCursor()
    case 1: cursors[0]
    default: MergeCursor(cursors)
    }
  }

  private init(_ cursors: [CellCursor]) {
    children = cursors
    leading = cursors[0]
    inRow.reserveCapacity(cursors.count)
    super.init()
  }

  package override func seekToFirst() throws(StoreError) {
    for child in children { try child.seekToFirst() }
    settle()
  }

  package override func seek(
    row: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer
  ) throws(StoreError) {
    for child in children { try unsafe child.seek(row: row, key: key) }
    settle()
  }

  package override func next() throws(StoreError) {
    let child = leading
    let visit = child.rowVisit
    try child.next()
    // One that has come to another row, or to the same one in the next block, is compared with all.
    guard child.isValid, child.rowVisit == visit else { return settle() }
    if inRow.count > 1 { return settleInRow() }
    unsafe key = unsafe child.key
    unsafe value = unsafe child.value
  }

  package override func nextRow() throws(StoreError) {
    for index in inRow { try children[index].nextRow() }
    settle()
  }

  package override func sizeOfRowAhead() -> (cells: Int, bytes: Int) {
    var sum = (cells: 0, bytes: 0)
    for index in inRow {
      let size = children[index].sizeOfRowAhead()
      sum.cells += size.cells
      sum.bytes += size.bytes
    }
    return sum
  }

  package override func seekToRow(before row: UnsafeRawBufferPointer?) throws(StoreError) {
    var greatest: [UInt8]?
    for child in children {
      try unsafe child.seekToRow(before: row)
      guard child.isValid else { continue }
      let isGreater =
        unsafe greatest?.withUnsafeBytes { unsafe compareBytes(child.row, $0) > 0 } ?? true
      if isGreater { greatest = unsafe Array(child.row) }
    }
    guard let greatest else {
      isValid = false
      return
    }
    try unsafe greatest.withRawBytes { (row) throws(StoreError) in
      try unsafe seek(row: row, key: UnsafeRawBufferPointer(start: nil, count: 0))
    }
  }

  /// Shows the least of the children's cells.
  private func settle() {
    rowVisit += 1
    inRow.removeAll(keepingCapacity: true)
    for index in children.indices {
      let child = children[index]
      guard child.isValid else { continue }
      if let first = inRow.first {
        let order = unsafe compareBytes(child.row, children[first].row)
        if order > 0 { continue }
        if order < 0 { inRow.removeAll(keepingCapacity: true) }
      }
      inRow.append(index)
    }
    guard let first = inRow.first else {
      isValid = false
      return
    }
    leading = children[first]
    isValid = true
    settleInRow()
  }

  /// Shows the least of the cells of those that are in the row.
  private func settleInRow() {
    for index in inRow {
      let child = children[index]
      if child === leading { continue }
      if unsafe compareBytes(child.key, leading.key) < 0 { leading = child }
    }
    unsafe row = unsafe leading.row
    unsafe key = unsafe leading.key
    unsafe value = unsafe leading.value
  }
}

/// A cursor over nothing.
final class EmptyCursor: CellCursor {
  override func seekToFirst() throws(StoreError) {}
  override func seek(
    row: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer
  ) throws(StoreError) {}
  override func next() throws(StoreError) {}
  override func nextRow() throws(StoreError) {}
  override func seekToRow(before row: UnsafeRawBufferPointer?) throws(StoreError) {}
}
