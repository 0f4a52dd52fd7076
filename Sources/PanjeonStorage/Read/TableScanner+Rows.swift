// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// How a scan goes from row to row of a region.
extension TableScanner {
  /// The cursors over the region, one for each locality group; forward ones at or before the next row.
  func openCursors(_ mode: ReadMode) throws(StoreError) -> [CellCursor] {
    if let open, open.mode == mode { return open.cursors }
    guard let region else { return [] }
    let view = region.view
    try snapshot.requireValid()
    let cursors = view.groups.map { group in
      MergeCursor.over(
        RowSource.cursors(
          group, rows: scan.rows, mode: mode,
          leastTimestamp: plan.filter?.leastTimestampRead ?? .min))
    }
    if !scan.isReversed { try seek(cursors, to: max(next ?? Bytes(), region.rows.start)) }
    open = (mode, region, cursors)
    lastRow = nil
    return cursors
  }

  /// Notes that the scan has done with a row, in which the cursors may still be.
  func pass(_ row: Bytes) {
    next = scan.isReversed ? row : row.successor
    lastRow = row
  }

  /// The key of the next row of which a cell may pass the filter; nil when the region has none.
  func nextKey(_ cursors: [CellCursor]) throws(StoreError) -> Bytes? {
    scan.isReversed ? try previousRow(cursors) : try followingRow(cursors)
  }

  private func followingRow(_ cursors: [CellCursor]) throws(StoreError) -> Bytes? {
    // Moving on from the last row comes before the next one, not after the last: should it have to wait for
    // the disk, that row has been returned already and the scan goes on behind it.
    if let done = lastRow { try skip(done, cursors) }
    lastRow = nil
    while let row = smallestRow(cursors) {
      if let next, row < next { throw Self.outOfOrder }
      if let stop = scan.rows.stop, row >= stop { return nil }
      guard let bounds = plan.filter?.rowBounds else { return row }
      guard let range = bounds.range(atOrAfter: row) else { return nil }
      if range.start <= row { return row }
      next = range.start
      try seek(cursors, to: range.start)
    }
    return nil
  }

  /// Goes back a row at a time: the greatest row before the last one, then that row from its beginning.
  private func previousRow(_ cursors: [CellCursor]) throws(StoreError) -> Bytes? {
    while let row = try greatestRow(before: next, cursors) {
      if let next, row >= next { throw Self.outOfOrder }
      if row < scan.rows.start { return nil }
      guard let bounds = plan.filter?.rowBounds else { return row }
      guard let range = bounds.range(before: row.successor) else { return nil }
      if range.contains(row) { return row }
      next = range.stop
    }
    return nil
  }

  private func seek(_ cursors: [CellCursor], to start: Bytes) throws(StoreError) {
    for cursor in cursors {
      if start.isEmpty {
        try cursor.seekToFirst()
      } else {
        try unsafe start.withRawBytes { (row) throws(StoreError) in
          try unsafe cursor.seek(row: row, key: UnsafeRawBufferPointer(start: nil, count: 0))
        }
      }
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

  func skip(_ row: Bytes, _ cursors: [CellCursor]) throws(StoreError) {
    for cursor in cursors {
      let isBehind =
        unsafe cursor.isValid && row.withUnsafeBytes { unsafe compareBytes(cursor.row, $0) <= 0 }
      if isBehind { try cursor.nextRow() }
    }
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
