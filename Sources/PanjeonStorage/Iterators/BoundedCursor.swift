// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// A cursor that shows only the rows of a range: for what several regions share.
package final class BoundedCursor: CellCursor {
  private let base: CellCursor
  private let rows: KeyRange

  init(_ base: CellCursor, rows: KeyRange) {
    self.base = base
    self.rows = rows
    super.init()
  }

  package override func seekToFirst() throws(StoreError) {
    isValid = false
    if rows.start.isEmpty {
      try base.seekToFirst()
    } else {
      try seekToStart()
    }
    showUnlessBehind()
  }

  package override func seek(
    row target: UnsafeRawBufferPointer, key targetKey: UnsafeRawBufferPointer
  ) throws(StoreError) {
    isValid = false
    if unsafe rows.start.withUnsafeBytes({ unsafe compareBytes(target, $0) < 0 }) {
      try seekToStart()
    } else {
      try unsafe base.seek(row: target, key: targetKey)
    }
    showUnlessBehind()
  }

  package override func prepareSeek(row: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer) {
    unsafe rows.start.withUnsafeBytes { start in
      if unsafe compareBytes(row, start) < 0 {
        unsafe base.prepareSeek(row: start, key: UnsafeRawBufferPointer(start: nil, count: 0))
      } else {
        unsafe base.prepareSeek(row: row, key: key)
      }
    }
  }

  package override func prefetchBlock() { base.prefetchBlock() }

  package override func appendRowAhead(to runs: inout CellRuns) -> Bool {
    base.appendRowAhead(to: &runs)
  }

  package override func next() throws(StoreError) {
    isValid = false
    try base.next()
    showUnlessBehind()
  }

  package override func nextRow() throws(StoreError) {
    isValid = false
    try base.nextRow()
    showUnlessBehind()
  }

  package override func seekToRow(before bound: UnsafeRawBufferPointer?) throws(StoreError) {
    isValid = false
    if let stop = rows.stop {
      try unsafe stop.withRawBytes { (stop) throws(StoreError) in
        if let bound = unsafe bound, unsafe compareBytes(bound, stop) < 0 {
          try unsafe base.seekToRow(before: bound)
        } else {
          try unsafe base.seekToRow(before: stop)
        }
      }
    } else {
      try unsafe base.seekToRow(before: bound)
    }
    guard base.isValid else { return }
    let isBefore = unsafe rows.start.withUnsafeBytes { unsafe compareBytes(base.row, $0) < 0 }
    if !isBefore { show() }
  }

  private func seekToStart() throws(StoreError) {
    try unsafe rows.start.withRawBytes { (row) throws(StoreError) in
      try unsafe base.seek(row: row, key: UnsafeRawBufferPointer(start: nil, count: 0))
    }
  }

  private func showUnlessBehind() {
    guard base.isValid else { return }
    if let stop = rows.stop {
      let isBehind = unsafe stop.withUnsafeBytes { unsafe compareBytes(base.row, $0) >= 0 }
      if isBehind { return }
    }
    show()
  }

  private func show() {
    unsafe row = unsafe base.row
    unsafe key = unsafe base.key
    unsafe value = unsafe base.value
    rowVisit = base.rowVisit
    isValid = true
  }
}
