// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// The cursors over one locality group of a region, cheapest first: memtables, then SSTables from new to old.
package enum RowSource {
  /// Cursors for a read of one row: only the sources that may hold something of what it asks for; what their filters say is
  /// added to `tally`.
  package static func cursors(
    _ group: GroupView, _ probe: RowProbe, mode: ReadMode, _ tally: inout FilterTally
  ) -> [CellCursor] {
    var cursors: [CellCursor] = []
    let (row, hash) = (probe.row, probe.hash)
    unsafe row.withUnsafeBytes { bytes in
      if let cursor = unsafe group.active.table.makeCursor(rowHash: hash, row: bytes) {
        cursors.append(cursor)
      }
      for sealed in group.immutables {
        for part in sealed.parts {
          if let cursor = part.makeCursor(row: row, hash: hash) { cursors.append(cursor) }
        }
      }
      for table in group.upper where unsafe tally.asks(table, probe, row: bytes) {
        cursors.append(table.makeRowCursor(mode))
      }
      if let table = unsafe bottomTable(group.bottom, for: bytes),
        unsafe tally.asks(table, probe, row: bytes)
      {
        cursors.append(table.makeRowCursor(mode))
      }
    }
    return cursors
  }

  /// Cursors for a read of a range of rows: every source that overlaps it, and of that only what is the region's.
  ///
  /// SSTables in which nothing is as young as `leastTimestamp` are left out: what is older hides nothing younger.
  package static func cursors(
    _ group: GroupView, rows: KeyRange, mode: ReadMode, leastTimestamp: Int64 = .min,
    fillsCache: Bool = true
  ) -> [CellCursor] {
    var cursors: [CellCursor] = []
    if rows.isEmpty { return cursors }
    cursors.reserveCapacity(2 + group.immutables.count + group.upper.count)
    if !group.active.table.isEmpty { cursors.append(group.active.table.makeCursor()) }
    for sealed in group.immutables {
      for part in sealed.parts { cursors.append(part.makeCursor()) }
    }
    for table in group.upper
    where table.rows.overlaps(rows) && table.isAsYoung(as: leastTimestamp) {
      cursors.append(table.makeCursor(mode, fillsCache: fillsCache))
    }
    var bottom = bottomTables(group.bottom, in: rows)
    if leastTimestamp > .min {
      bottom = ArraySlice(bottom.filter { $0.isAsYoung(as: leastTimestamp) })
    }
    if bottom.count > 1 {
      cursors.append(LevelCursor(bottom, mode, fillsCache: fillsCache))
    } else if let only = bottom.first {
      cursors.append(only.makeCursor(mode, fillsCache: fillsCache))
    }
    return cursors
  }

  /// Those of the bottom level's tables that hold rows of a range that is not empty.
  ///
  /// Like them, the slice keeps what lies beside it from going: at most as many tables as it has.
  private static func bottomTables(_ tables: [Table], in rows: KeyRange) -> ArraySlice<Table> {
    let first = unsafe rows.start.withUnsafeBytes { unsafe tables[...].firstPlace(notBefore: $0) }
    var end = tables.count
    if let stop = rows.stop {
      end = unsafe stop.withUnsafeBytes { unsafe tables[...].firstPlace(notBefore: $0) }
      // The first table that ends behind the stop has rows of the range if it begins before it.
      if end < tables.count, tables[end].rows.start < stop { end += 1 }
    }
    let found = tables[first..<max(first, end)]
    return found.count >= tables.count / 2 ? found : ArraySlice(Array(found))
  }

  private static func bottomTable(_ tables: [Table], for row: UnsafeRawBufferPointer) -> Table? {
    let place = unsafe tables[...].firstPlace(notBefore: row)
    return place < tables.count ? tables[place] : nil
  }
}

extension ArraySlice<Table> {
  /// The place of the first table that has rows at or behind one, or the end; the tables are in order, and none overlaps another.
  @inline(always)
  func firstPlace(notBefore row: UnsafeRawBufferPointer) -> Int {
    var (low, high) = (startIndex, endIndex)
    while low < high {
      let middle = (low + high) / 2
      if unsafe self[middle].isBefore(row) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
