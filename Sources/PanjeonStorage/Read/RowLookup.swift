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
  ///   - sequence: The sequence to read at; called after the view has been taken, so that the view holds all
  ///     that the sequence lets through and is still needed.
  ///   - mode: Whether the read may wait for the disk.
  /// - Returns: The row, or nil when it has none of the selected cells.
  /// - Throws: `wouldBlock` in `cacheOnly` mode, `corruption`, `io`.
  package static func read(
    _ plan: ReadPlan, row: Bytes, in table: TableHandle, at sequence: () -> UInt64, mode: ReadMode
  ) throws(StoreError) -> RowResult? {
    let hash = unsafe row.withUnsafeBytes { unsafe RowHash.hash($0) }
    let region = table.region(of: row)
    region.metrics.reads.add(1)
    var view = region.view
    var snapshot = sequence()
    if view.groups.count > 1 {
      // If the memtable of one group was exchanged in between, a batch since would be seen in the others alone.
      while true {
        let present = region.view
        if present === view { break }
        view = present
        snapshot = sequence()
      }
    }
    var cursors: [CellCursor] = []
    var hasSource = false
    for group in view.groups {
      let sources = RowSource.cursors(group, row: row, hash: hash, mode: mode)
      hasSource = hasSource || !sources.isEmpty
      cursors.append(MergeCursor.over(sources))
    }
    guard hasSource else { return nil }
    var reader = RowReader(plan: plan, snapshot: snapshot)
    return try reader.readRow(row, cursors: cursors)
  }

  /// Whether a condition holds of a row.
  package static func holds(
    _ conditions: [Condition], row: Bytes, in table: TableHandle, at sequence: UInt64,
    mode: ReadMode
  ) throws(StoreError) -> Bool {
    let hash = unsafe row.withUnsafeBytes { unsafe RowHash.hash($0) }
    let region = table.region(of: row)
    region.metrics.reads.add(1)
    let view = region.view
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
          RowSource.cursors(view.groups[group], row: row, hash: hash, mode: mode))
        cursors[group] = cursor
      }
      let isMet = try unsafe RowReader.withNewestValue(
        row: row, family: family, qualifier: column.qualifier,
        versionsMax: table.layout.versionsMax(family), snapshot: sequence, cursor: cursor
      ) { value in
        unsafe condition.isMet(by: value)
      }
      if !isMet { return false }
    }
    return true
  }
}

extension Condition {
  /// The column the condition is about.
  package var column: Column {
    switch self {
    case .absent(let column), .equals(let column, _): column
    }
  }

  /// Whether the newest value of the column (nil when there is none) satisfies the condition.
  package func isMet(by value: UnsafeRawBufferPointer?) -> Bool {
    switch self {
    case .absent: return unsafe value == nil
    case .equals(_, let expected):
      guard let value = unsafe value else { return false }
      return unsafe expected.withUnsafeBytes { unsafe $0.elementsEqual(value) }
    }
  }
}
