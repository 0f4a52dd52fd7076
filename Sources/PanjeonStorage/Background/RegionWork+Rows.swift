// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// The removal of a range of rows, for the thread that changes regions.
extension RegionWork {
  /// Cuts the range out as regions of its own, puts an empty one in their place, and joins that with its neighbours.
  ///
  /// Each step is one of those that the articles *Regions* and *Schemas* describe; the second is the moment of the removal. A crash, or a
  /// failure, between two of them leaves regions that may be merged. What fails behind that moment has halted the store
  /// (<doc:Durability>), but the rows are gone: the caller is not told that they are not.
  package func deleteRows(in rows: KeyRange, of name: String) throws(StoreError) {
    let cause = "rows \(rows) were removed"
    let cutsStart = try cut(name, at: rows.start, cause)
    var cutsStop = false
    if let stop = rows.stop { cutsStop = try cut(name, at: stop, cause) }
    let table = try catalog.table(name)
    let inside = table.regions.filter { rows.covers($0.rows) }
    try changeTable(table) { change, table throws(StoreError) in
      try change.empty(inside, of: table, leaving: [rows])
    }
    if cutsStart { try? join(name, at: rows.start, cause) }
    if let stop = rows.stop, cutsStop { try? join(name, at: stop, cause) }
  }

  /// Splits the region within which a row lies, whatever the table's policy: it is merged again.
  private func cut(_ name: String, at row: Bytes, _ cause: String) throws(StoreError) -> Bool {
    let region = try catalog.table(name).region(of: row)
    if row.isEmpty || region.rows.start == row { return false }
    _ = try split(region, at: row, cause: cause)
    return true
  }

  private func join(_ name: String, at row: Bytes, _ cause: String) throws(StoreError) {
    let regions = try catalog.table(name).regions
    guard let second = regions.firstIndex(where: { $0.rows.start == row }), second > 0 else {
      return
    }
    _ = try merge(regions[second - 1], regions[second], cause: cause)
  }
}
