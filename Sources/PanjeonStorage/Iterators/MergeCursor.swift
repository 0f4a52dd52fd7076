// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Several cursors as one, in order of (row, cell key).
///
/// Rows are merged by a linear search, there are few cursors; cells only among those that are in the row, which is often one.
/// Their keys differ, because each carries the sequence of its mutation.
///
/// Safe: the children live as long as the merge.
@safe package final class MergeCursor: CellCursor {
  /// Keeps the cursors alive; they are looked at through `heads`, which counts no references.
  private let children: [CellCursor]
  private let heads: [Unmanaged<CellCursor>]

  /// The child at the present cell, and how many are in its row.
  private var leading: Unmanaged<CellCursor>
  private var countInRow = 0

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
    unsafe heads = unsafe cursors.map { unsafe .passUnretained($0) }
    unsafe leading = unsafe .passUnretained(cursors[0])
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
    let child = unsafe leading
    let visit = unsafe child._withUnsafeGuaranteedRef { $0.rowVisit }
    try unsafe child.takeUnretainedValue().next()
    let isInRow = unsafe child._withUnsafeGuaranteedRef { $0.isValid && $0.rowVisit == visit }
    // One that has come to another row, or to the same one in the next block, is compared with all.
    if !isInRow { return settle() }
    if countInRow > 1 { settleInRow() } else { show() }
  }

  package override func nextRow() throws(StoreError) {
    for index in unsafe heads.indices {
      let child = unsafe heads[index]
      if unsafe child._withUnsafeGuaranteedRef({ $0.isInMergedRow }) {
        try unsafe child.takeUnretainedValue().nextRow()
      }
    }
    settle()
  }

  package override func appendRowAhead(to runs: inout CellRuns) -> Bool {
    for index in unsafe heads.indices {
      let isAppended = unsafe heads[index]._withUnsafeGuaranteedRef { child in
        !child.isInMergedRow || child.appendRowAhead(to: &runs)
      }
      if !isAppended { return false }
    }
    return true
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

  /// Goes to the least of the children's rows, and shows the least cell in it.
  private func settle() {
    rowVisit += 1
    var least = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
    var count = 0
    var firstInRow = 0
    for index in unsafe heads.indices {
      unsafe heads[index]._withUnsafeGuaranteedRef { child in
        child.isInMergedRow = false
        guard child.isValid else { return }
        let order = unsafe count == 0 ? -1 : compareBytes(child.row, least)
        if order > 0 { return }
        child.isInMergedRow = true
        if order == 0 {
          count += 1
          return
        }
        // Those before it are not in the row after all.
        for other in firstInRow..<index where count > 0 {
          unsafe heads[other]._withUnsafeGuaranteedRef { $0.isInMergedRow = false }
        }
        unsafe least = unsafe child.row
        (firstInRow, count) = (index, 1)
      }
    }
    countInRow = count
    isValid = count > 0
    guard count > 0 else { return }
    unsafe leading = unsafe heads[firstInRow]
    if count > 1 { settleInRow() } else { show() }
  }

  /// Shows the least of the cells of those that are in the row.
  private func settleInRow() {
    var least = unsafe leading._withUnsafeGuaranteedRef { unsafe $0.key }
    for index in unsafe heads.indices {
      unsafe heads[index]._withUnsafeGuaranteedRef { child in
        guard child.isInMergedRow, unsafe compareBytes(child.key, least) < 0 else { return }
        unsafe least = unsafe child.key
        unsafe leading = unsafe heads[index]
      }
    }
    show()
  }

  @inline(always)
  private func show() {
    unsafe leading._withUnsafeGuaranteedRef { child in
      unsafe row = unsafe child.row
      unsafe key = unsafe child.key
      unsafe value = unsafe child.value
    }
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
