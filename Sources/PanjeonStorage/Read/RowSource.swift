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
    if !group.active.table.isEmpty { cursors.append(group.active.table.makeCursor()) }
    for sealed in group.immutables { cursors += sealed.parts.map { $0.makeCursor() } }
    func isSource(_ table: Table) -> Bool {
      table.rows.overlaps(rows) && table.isAsYoung(as: leastTimestamp)
    }
    for table in group.upper where isSource(table) {
      cursors.append(table.makeCursor(mode, fillsCache: fillsCache))
    }
    let bottom = group.bottom.filter(isSource)
    if bottom.count == 1 {
      cursors.append(bottom[0].makeCursor(mode, fillsCache: fillsCache))
    } else if !bottom.isEmpty {
      cursors.append(LevelCursor(bottom, mode, fillsCache: fillsCache))
    }
    return cursors
  }

  private static func bottomTable(_ tables: [Table], for row: UnsafeRawBufferPointer) -> Table? {
    var low = 0
    var high = tables.count
    while low < high {
      let middle = (low + high) / 2
      if unsafe tables[middle].isBefore(row) { low = middle + 1 } else { high = middle }
    }
    return low < tables.count ? tables[low] : nil
  }
}
