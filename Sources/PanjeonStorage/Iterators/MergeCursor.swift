// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Several cursors as one, in order of (row, cell key).
///
/// The cursors are kept in the order of their rows, so that one whose next row still comes first, which most rows of the largest source
/// do, is compared with the next one and not with all; cells are merged only among those that are in the row, which is often one.
/// Their keys differ, because each carries the sequence of its mutation.
///
/// Safe: the children live as long as the merge.
@safe package final class MergeCursor: CellCursor {
  /// Keeps the cursors alive; they are looked at through `heads`, which counts no references.
  private let children: [CellCursor]

  /// The cursors: first those that are in the present row, then others in the order of their rows, then those that are at no cell.
  ///
  /// Memory of its own, because accesses to an array that may change would be checked.
  private let heads: UnsafeMutableBufferPointer<Unmanaged<CellCursor>>

  // Not private, as in ``CellCursor``: else accesses would be checked.
  var countInRow = 0
  var validCount = 0

  /// Which of those in the row is at the present cell.
  var leading = 0

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
    unsafe heads = .allocate(capacity: cursors.count)
    _ = unsafe heads.initialize(fromContentsOf: cursors.map { unsafe .passUnretained($0) })
    super.init()
  }

  deinit {
    unsafe heads.deallocate()
  }

  package override func seekToFirst() throws(StoreError) {
    leave()
    for child in children { try child.seekToFirst() }
    settleAll()
  }

  package override func seek(
    row: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer
  ) throws(StoreError) {
    leave()
    for child in children { unsafe child.prepareSeek(row: row, key: key) }
    for child in children { child.prefetchBlock() }
    for child in children { try unsafe child.seek(row: row, key: key) }
    settleAll()
  }

  package override func next() throws(StoreError) {
    let child = unsafe heads[leading]
    let visit = unsafe child._withUnsafeGuaranteedRef { $0.rowVisit }
    do throws(StoreError) {
      try unsafe child.takeUnretainedValue().next()
    } catch {
      leave()
      throw error
    }
    let isInRow = unsafe child._withUnsafeGuaranteedRef { $0.isValid && $0.rowVisit == visit }
    if isInRow { return settleInRow() }
    // It has come to another row, or to the same one in the next block.
    moveBack(from: leading)
    settle()
  }

  package override func nextRow() throws(StoreError) {
    do throws(StoreError) {
      for index in 0..<countInRow { try unsafe heads[index].takeUnretainedValue().nextRow() }
    } catch {
      leave()
      throw error
    }
    for index in stride(from: countInRow - 1, through: 0, by: -1) { moveBack(from: index) }
    settle()
  }

  package override func appendRowAhead(to runs: inout CellRuns) -> Bool {
    for index in 0..<countInRow {
      let isAppended = unsafe heads[index]._withUnsafeGuaranteedRef {
        $0.appendRowAhead(to: &runs)
      }
      if !isAppended { return false }
    }
    return true
  }

  package override func seekToRow(before row: UnsafeRawBufferPointer?) throws(StoreError) {
    leave()
    var greatest: [UInt8]?
    for child in children {
      try unsafe child.seekToRow(before: row)
      guard child.isValid else { continue }
      let isGreater =
        unsafe greatest?.withUnsafeBytes { unsafe compareBytes(child.row, $0) > 0 } ?? true
      if isGreater { greatest = unsafe Array(child.row) }
    }
    guard let greatest else { return }
    try unsafe greatest.withRawBytes { (row) throws(StoreError) in
      try unsafe seek(row: row, key: UnsafeRawBufferPointer(start: nil, count: 0))
    }
  }

  /// Is at no cell, whatever the others are at.
  private func leave() {
    isValid = false
    (countInRow, validCount) = (0, 0)
  }

  /// Puts all heads in order.
  private func settleAll() {
    validCount = unsafe heads.count
    for index in stride(from: validCount - 1, through: 0, by: -1) { moveBack(from: index) }
    settle()
  }

  /// Moves a head that has come to another row to where it belongs among those behind it, which are in order.
  private func moveBack(from index: Int) {
    let head = unsafe heads[index]
    var target = index
    unsafe head._withUnsafeGuaranteedRef { child in
      while target + 1 < validCount {
        let next = unsafe heads[target + 1]
        let comesLater =
          unsafe !child.isValid
          || next._withUnsafeGuaranteedRef { unsafe compareBytes($0.row, child.row) < 0 }
        if !comesLater { break }
        unsafe heads[target] = unsafe next
        target += 1
      }
      if !child.isValid { validCount -= 1 }
    }
    unsafe heads[target] = unsafe head
  }

  /// Comes to the first row, and shows the least cell in it.
  private func settle() {
    rowVisit += 1
    countInRow = 0
    isValid = validCount > 0
    guard isValid else { return }
    unsafe row = unsafe heads[0]._withUnsafeGuaranteedRef { unsafe $0.row }
    countInRow = 1
    while countInRow < validCount, unsafe isInPresentRow(heads[countInRow]) { countInRow += 1 }
    settleInRow()
  }

  @inline(always)
  private func isInPresentRow(_ head: Unmanaged<CellCursor>) -> Bool {
    unsafe head._withUnsafeGuaranteedRef { child in
      unsafe child.row.count == row.count && compareBytes(child.row, row) == 0
    }
  }

  /// Shows the least of the cells of those that are in the row.
  @inline(always)
  private func settleInRow() {
    leading = 0
    var least = unsafe heads[0]._withUnsafeGuaranteedRef { unsafe $0.key }
    for index in 1..<max(1, countInRow) {
      unsafe heads[index]._withUnsafeGuaranteedRef { child in
        guard unsafe CellKey.isBefore(child.key, least) else { return }
        unsafe least = unsafe child.key
        leading = index
      }
    }
    unsafe heads[leading]._withUnsafeGuaranteedRef { child in
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
