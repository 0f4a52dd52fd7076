// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
package import WideColumn

/// A scan in progress: reads rows of a table's regions in order, at one snapshot.
///
/// It keeps only the key of the row to go on from, so that it can be continued on another thread: with cursors
/// that may not wait for the disk, or with ones that may.
package final class TableScanner: @unchecked Sendable {
  // Unchecked: a cursor is not used by two tasks at once (its contract), and what it hands to an I/O thread it
  // does not touch until that thread is done.

  private let scan: Scan
  private let plan: ReadPlan
  private let table: TableHandle
  private let snapshot: StoreSnapshot
  private var regions: [Region]
  private var next: Bytes?
  private var isAtEnd = false
  private var returned = 0

  /// The row the open cursors are still in, or within.
  private var lastRow: Bytes?
  private var open: (mode: ReadMode, region: Region, cursors: [CellCursor])?

  package init(_ scan: Scan, in table: TableHandle, at snapshot: StoreSnapshot) throws(StoreError) {
    if let rowsMax = scan.rowsMax, rowsMax < 0 {
      throw StoreError(
        .invalidArgument, "a scan of \(rowsMax) rows; the limit must not be negative")
    }
    plan = try ReadPlan(
      columns: scan.columns, versionsMax: scan.versionsMax, cellsMax: scan.cellsPerRowMax,
      layout: table.layout)
    self.scan = scan
    self.table = table
    self.snapshot = snapshot
    let overlapping = table.regions(in: scan.rows)
    regions = scan.isReversed ? overlapping : overlapping.reversed()
    next = scan.isReversed ? scan.rows.stop : scan.rows.start
    isAtEnd = scan.rows.isEmpty || scan.rowsMax == 0
  }

  /// The next row, or nil after the last.
  package func nextRow(_ mode: ReadMode) throws(StoreError) -> RowResult? {
    while !isAtEnd {
      do {
        let row = scan.isReversed ? try previousInRegion(mode) : try nextInRegion(mode)
        if let row {
          returned += 1
          regions.last?.metrics.scannedRows.add(1)
          if let rowsMax = scan.rowsMax, returned >= rowsMax { finish() }
          return row
        }
      } catch {
        open = nil
        throw error
      }
      open = nil
      regions.removeLast()
      if regions.isEmpty { finish() }
    }
    return nil
  }

  /// Rows until there are `rowsMax` or they hold `bytesMax`, for one trip to an I/O thread.
  package func nextBatch(rowsMax: Int, bytesMax: Int) throws(StoreError) -> [RowResult] {
    var rows: [RowResult] = []
    var bytes = 0
    while rows.count < rowsMax, bytes < bytesMax, let row = try nextRow(.mayBlock) {
      bytes += row.storage.count
      rows.append(row)
    }
    open = nil
    return rows
  }

  /// Rows that do not go on in one direction would be gone round for ever.
  private static let outOfOrder = StoreError(
    .corruption, "rows are out of order though their checksums are right; restore from a copy")

  private func finish() {
    isAtEnd = true
    open = nil
  }

  private func nextInRegion(_ mode: ReadMode) throws(StoreError) -> RowResult? {
    let cursors = try forwardCursors(mode)
    var reader = RowReader(plan: plan, snapshot: snapshot.sequence)
    while true {
      // Moving on from the last row comes before the next one, not after the last: should it have to wait for
      // the disk, that row has been returned already and the scan goes on behind it.
      if let done = lastRow { try skip(done, cursors) }
      lastRow = nil
      guard let row = smallestRow(cursors) else { return nil }
      if let next, row < next { throw Self.outOfOrder }
      if let stop = scan.rows.stop, row >= stop { return nil }
      next = row
      let result = try reader.readRow(row, cursors: cursors)
      next = row.successor
      lastRow = row
      if let result { return result }
    }
  }

  private func forwardCursors(_ mode: ReadMode) throws(StoreError) -> [CellCursor] {
    if let open, open.mode == mode { return open.cursors }
    guard let region = regions.last else { return [] }
    let cursors = try cursors(over: region, mode)
    let start = max(next ?? Bytes(), region.rows.start)
    for cursor in cursors {
      if start.isEmpty {
        try cursor.seekToFirst()
      } else {
        try unsafe start.withRawBytes { (row) throws(StoreError) in
          try unsafe cursor.seek(row: row, key: UnsafeRawBufferPointer(start: nil, count: 0))
        }
      }
    }
    open = (mode, region, cursors)
    lastRow = nil
    return cursors
  }

  private func cursors(
    over region: Region, _ mode: ReadMode
  ) throws(StoreError) -> [CellCursor] {
    let view = region.view
    try snapshot.requireValid()
    return view.groups.map { group in
      MergeCursor.over(RowSource.cursors(group, rows: scan.rows, mode: mode))
    }
  }

  private func smallestRow(_ cursors: [CellCursor]) -> Bytes? {
    var smallest: UnsafeRawBufferPointer?
    for cursor in cursors where cursor.isValid {
      if let known = unsafe smallest, unsafe compareBytes(known, cursor.row) <= 0 { continue }
      unsafe smallest = unsafe cursor.row
    }
    return unsafe smallest.map { unsafe Bytes(Array($0)) }
  }

  private func skip(_ row: Bytes, _ cursors: [CellCursor]) throws(StoreError) {
    for cursor in cursors {
      let isBehind =
        unsafe cursor.isValid && row.withUnsafeBytes { unsafe compareBytes(cursor.row, $0) <= 0 }
      if isBehind { try cursor.nextRow() }
    }
  }

  /// Goes back a row at a time: the greatest row before the last one, then that row from its beginning.
  private func previousInRegion(_ mode: ReadMode) throws(StoreError) -> RowResult? {
    guard let region = regions.last else { return nil }
    if open?.mode != mode { open = (mode, region, try cursors(over: region, mode)) }
    guard let cursors = open?.cursors else { return nil }
    var reader = RowReader(plan: plan, snapshot: snapshot.sequence)
    while let row = try greatestRow(before: next, cursors) {
      if let next, row >= next { throw Self.outOfOrder }
      if row < scan.rows.start { return nil }
      let result = try reader.readRow(row, cursors: cursors)
      next = row
      if let result { return result }
    }
    return nil
  }

  private func greatestRow(
    before bound: Bytes?, _ cursors: [CellCursor]
  ) throws(StoreError) -> Bytes? {
    var greatest: Bytes?
    for cursor in cursors {
      if let bound {
        try unsafe bound.withRawBytes { (row) throws(StoreError) in
          try unsafe cursor.seekToRow(before: row)
        }
      } else {
        try unsafe cursor.seekToRow(before: nil)
      }
      guard cursor.isValid else { continue }
      let row = unsafe Bytes(Array(cursor.row))
      if greatest.map({ $0 < row }) ?? true { greatest = row }
    }
    return greatest
  }
}
