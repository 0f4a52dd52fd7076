// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Reads of one row at one sequence.
package enum RowLookup {
  /// Reads a row.
  ///
  /// - Parameters:
  ///   - plan: What to return of the row.
  ///   - row: The row's key.
  ///   - table: Its table.
  ///   - readMoment: The moment to read at; called after the view has been taken, so that the view holds all
  ///     that its sequence lets through and is still needed.
  ///   - mode: Whether the read may wait for the disk; one that may comes after one that may not.
  ///   - rowCache: Where the row may be found, or put.
  /// - Returns: The row, or nil when it has none of the selected cells.
  /// - Throws: `wouldBlock` in `cacheOnly` mode, `corruption`, `io`; what `readMoment` throws.
  package static func read(
    _ plan: ReadPlan, row: Bytes, in table: TableHandle,
    at readMoment: () throws(StoreError) -> ReadMoment, mode: ReadMode, _ rowCache: RowCache? = nil
  ) throws(StoreError) -> RowResult? {
    if plan.cellsMax == 0 { return nil }
    if let bounds = plan.filter?.rowBounds, !bounds.contains(row) { return nil }
    let probe = RowProbe(row: row)
    let region = table.region(of: row)
    var wanted: (key: RowCache.Key, sequence: UInt64)?
    if let rowCache, let plain = plan.plain,
      let key = RowCache.Key(
        row, hash: probe.hash, region: region.id, layout: table.layout.number,
        selection: plain.selection)
    {
      // Before the view is taken, so that the view has all of it: what is put in later counts as read at this one.
      let sequence = try readMoment().sequence
      if mode == .cacheOnly {
        switch rowCache.find(key, at: sequence) {
        case .row(let result):
          region.metrics.lookups.add(gets: 1, FilterTally())
          return result
        case .miss(let isWanted): if isWanted { wanted = (key, sequence) }
        }
      } else if rowCache.isWanted(key) {
        wanted = (key, sequence)
      }
    }
    let found = try read(plan, probe, region, table, at: readMoment, mode: mode)
    if let wanted, let result = found.result, !found.dependsOnTime {
      rowCache?.insert(result, wanted.key, at: wanted.sequence)
    }
    return found.result
  }

  /// A row as it was read.
  private struct Found {
    var result: RowResult?
    var dependsOnTime = false
  }

  private static func read(
    _ plan: ReadPlan, _ probe: RowProbe, _ region: Region, _ table: TableHandle,
    at readMoment: () throws(StoreError) -> ReadMoment, mode: ReadMode
  ) throws(StoreError) -> Found {
    var view = region.view
    var moment = try readMoment()
    if view.groups.count > 1 {
      // If the memtable of one group was exchanged in between, a batch since would be seen in the others alone.
      while true {
        let present = region.view
        if present === view { break }
        view = present
        moment = try readMoment()
      }
    }
    var tally = FilterTally()
    var cursors: [CellCursor] = []
    var hasSource = false
    for (number, group) in view.groups.enumerated() {
      let asked = probe.asking(for: plan, group: number, table.bloomFilter(ofGroup: number))
      let sources = RowSource.cursors(group, asked, mode: mode, &tally)
      hasSource = hasSource || !sources.isEmpty
      cursors.append(MergeCursor.over(sources))
    }
    var found = Found()
    if hasSource {
      var reader = RowReader(plan: plan, at: moment, mode: mode)
      found.result = try reader.readRow(probe.row, cursors: cursors)
      found.dependsOnTime = reader.dependsOnTime
    }
    // Only now: one that must go to the disk comes again.
    region.metrics.lookups.add(gets: 1, tally)
    return found
  }

  /// Whether a condition holds of a row.
  package static func holds(
    _ conditions: [Condition], row: Bytes, in table: TableHandle, at moment: ReadMoment,
    mode: ReadMode
  ) throws(StoreError) -> Bool {
    let probe = RowProbe(row: row)
    let region = table.region(of: row)
    let view = region.view
    var tally = FilterTally()
    var cursors: [CellCursor?] = Array(repeating: nil, count: view.groups.count)
    for condition in conditions {
      let column = condition.column
      let family = try table.familyNumber(column.family)
      let group = Int(table.groupOfFamily[Int(family)])
      let cursor: CellCursor
      if let known = cursors[group] {
        cursor = known
      } else {
        cursor = MergeCursor.over(
          RowSource.cursors(view.groups[group], probe, mode: mode, &tally))
        cursors[group] = cursor
      }
      let isMet = try unsafe RowReader.withNewestValue(
        row: row, family: family, qualifier: column.qualifier,
        retention: try table.retention(family), at: moment, cursor: cursor
      ) { value in
        unsafe condition.isMet(by: value)
      }
      if !isMet {
        region.metrics.countConditions(tally)
        return false
      }
    }
    region.metrics.countConditions(tally)
    return true
  }
}

extension Condition {
  /// What the condition compares with, as far as its length is limited.
  package var comparand: Bytes {
    switch self {
    case .absent, .present: Bytes()
    case .equals(_, let value): value
    case .value(_, let comparison): comparison.comparand
    }
  }

  /// The column the condition is about.
  package var column: Column {
    switch self {
    case .absent(let column), .equals(let column, _), .present(let column), .value(let column, _):
      column
    }
  }

  /// Whether the newest value of the column (nil when there is none) satisfies the condition.
  package func isMet(by value: UnsafeRawBufferPointer?) -> Bool {
    switch self {
    case .absent: return unsafe value == nil
    case .present: return unsafe value != nil
    case .value(_, let comparison):
      guard let value = unsafe value else { return false }
      return unsafe comparison.isMet(by: value)
    case .equals(_, let expected):
      guard let value = unsafe value else { return false }
      return unsafe expected.withUnsafeBytes { unsafe $0.elementsEqual(value) }
    }
  }
}
