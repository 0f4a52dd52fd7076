// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// A cursor over SSTables that follow one another by row: in one of them at a time.
///
/// However many there are, a scan has one source in them, and reads of each only what it comes to.
package final class LevelCursor: CellCursor {
  private let tables: ArraySlice<Table>
  private let mode: ReadMode
  private let fillsCache: Bool
  private var place = -1
  private var base: CellCursor = EmptyCursor()
  /// Which visit of which table's cursor is shown as the present one.
  private var visitOfBase = -1
  private var placeOfVisit = -1

  /// A cursor over tables in the order of their rows, none of which is in two of them.
  package init(_ tables: ArraySlice<Table>, _ mode: ReadMode, fillsCache: Bool) {
    self.tables = tables
    self.mode = mode
    self.fillsCache = fillsCache
    super.init()
  }

  package override func seekToFirst() throws(StoreError) {
    guard enter(tables.startIndex) else { return }
    try base.seekToFirst()
    try showOrGoOn()
  }

  package override func seek(
    row target: UnsafeRawBufferPointer, key targetKey: UnsafeRawBufferPointer
  ) throws(StoreError) {
    guard unsafe enter(tables.firstPlace(notBefore: target)) else { return }
    try unsafe base.seek(row: target, key: targetKey)
    try showOrGoOn()
  }

  package override func prepareSeek(row: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer) {
    if unsafe enter(tables.firstPlace(notBefore: row)) {
      unsafe base.prepareSeek(row: row, key: key)
    }
  }

  package override func prefetchBlock() { base.prefetchBlock() }

  package override func next() throws(StoreError) {
    isValid = false
    try base.next()
    try showOrGoOn()
  }

  package override func nextRow() throws(StoreError) {
    isValid = false
    try base.nextRow()
    try showOrGoOn()
  }

  package override func appendRowAhead(to runs: inout CellRuns) -> Bool {
    base.appendRowAhead(to: &runs)
  }

  package override func seekToRow(before bound: UnsafeRawBufferPointer?) throws(StoreError) {
    let last = tables.endIndex - 1
    var candidate = unsafe bound.map { unsafe min(tables.firstPlace(notBefore: $0), last) } ?? last
    while enter(candidate) {
      try unsafe base.seekToRow(before: bound)
      if base.isValid { return show() }
      candidate -= 1
    }
  }

  /// Comes to a table; false, and at no cell, when there is none at that place.
  private func enter(_ newPlace: Int) -> Bool {
    isValid = false
    guard tables.indices.contains(newPlace) else { return false }
    if place != newPlace {
      base = tables[newPlace].makeCursor(mode, fillsCache: fillsCache)
      place = newPlace
      visitOfBase = -1
    }
    return true
  }

  private func showOrGoOn() throws(StoreError) {
    while !base.isValid {
      guard enter(place + 1) else { return }
      try base.seekToFirst()
    }
    show()
  }

  private func show() {
    // Cursors of two tables may have come to as many rows.
    if visitOfBase != base.rowVisit || placeOfVisit != place {
      rowVisit += 1
      (visitOfBase, placeOfVisit) = (base.rowVisit, place)
    }
    unsafe row = unsafe base.row
    unsafe key = unsafe base.key
    unsafe value = unsafe base.value
    isValid = true
  }
}
