// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Turns the increments and appends of a row into puts, by what the row holds at a moment.
///
/// The commit then depends on the row's being unchanged since that moment, as it does for a condition; so the result is that of
/// one step. No merge of operands at reading: versions and deletes keep their one rule.
package struct ReadModifyWrite {
  private let row: RowKey
  private let limits: StoreLimits
  /// Whatever timestamp the store assigns next is greater.
  private let lastTimestamp: Int64
  private var columns: [Column: ColumnChanges] = [:]

  /// The puts in place of increments and appends, by their place among the row's mutations.
  package private(set) var results:
    [(place: Int, column: Column, timestamp: Timestamp?, value: Bytes)] = []

  /// Resolves the changes of one row.
  ///
  /// - Parameters:
  ///   - rowMutations: The changes.
  ///   - table: Its table.
  ///   - moment: The moment to read the row at.
  ///   - lastTimestamp: A timestamp below the one that the store will assign.
  ///   - limits: What a value may be.
  ///   - mode: Whether the read may wait for the disk.
  /// - Throws: `invalidArgument` when a value is no integer or a sum leaves 64 bits, `limitExceeded`, `noSuchFamily`, and what
  ///   the read throws.
  package init(
    _ rowMutations: RowMutations, in table: TableHandle, at moment: ReadMoment,
    lastTimestamp: Int64, limits: StoreLimits, mode: ReadMode
  ) throws(StoreError) {
    row = rowMutations.row
    self.limits = limits
    self.lastTimestamp = lastTimestamp
    try read(rowMutations, in: table, at: moment, mode)
    for (place, mutation) in rowMutations.mutations.enumerated() {
      switch mutation {
      case .increment(let column, let amount):
        try resolve(place, column) { value throws(StoreError) in try Self.sum(value, amount) }
      case .append(let column, let bytes):
        try resolve(place, column) { value throws(StoreError) in
          Bytes(Array(value ?? Bytes()) + Array(bytes))
        }
      default: for column in columns.keys { columns[column]?.apply(mutation, to: column) }
      }
    }
  }

  /// The changes, with puts in the place of increments and appends.
  package func resolved(_ rowMutations: RowMutations) -> RowMutations {
    var resolved = rowMutations
    for result in results {
      resolved.mutations[result.place] = .put(
        result.column, timestamp: result.timestamp, value: result.value)
    }
    return resolved
  }

  /// Reads the columns concerned, with all their versions: a change that comes before may delete the newest.
  private mutating func read(
    _ rowMutations: RowMutations, in table: TableHandle, at moment: ReadMoment, _ mode: ReadMode
  ) throws(StoreError) {
    let region = table.region(of: row)
    let view = region.view
    var tally = FilterTally()
    let probe = RowProbe(row: row)
    for column in Set(rowMutations.mutations.compactMap(\.columnReadAndWritten)) {
      try limits.check(qualifier: column.qualifier)
      let family = try table.familyNumber(column.family)
      let retention = try table.retention(family)
      var changes = ColumnChanges(retention, at: moment, lastTimestamp: lastTimestamp)
      let group = view.groups[Int(table.groupOfFamily[Int(family)])]
      try RowReader.forEachVisible(
        row: row, family: family, qualifier: column.qualifier, retention: retention, at: moment,
        cursor: MergeCursor.over(RowSource.cursors(group, probe, mode: mode, &tally))
      ) { value in
        changes.insert(value)
        return true
      }
      columns[column] = changes
    }
    region.metrics.countConditions(tally)
  }

  private mutating func resolve(
    _ place: Int, _ column: Column, _ change: (Bytes?) throws(StoreError) -> Bytes
  ) throws(StoreError) {
    let newest = columns[column]?.newest()
    let value: Bytes
    do throws(StoreError) {
      value = try change(newest?.value)
    } catch {
      throw StoreError(error.code, "row '\(row)', column '\(column)': \(error.message)")
    }
    try limits.check(value: value)
    var timestamp: Timestamp?
    if let known = newest?.timestamp, known > lastTimestamp {
      guard known < .max else {
        throw StoreError(
          .invalidArgument,
          "row '\(row)', column '\(column)': its newest version has the greatest timestamp there is"
        )
      }
      timestamp = Timestamp(microseconds: known + 1)
    }
    columns[column]?.put(timestamp?.microseconds, value)
    results.append((place, column, timestamp, value))
  }

  private static func sum(_ value: Bytes?, _ amount: Int64) throws(StoreError) -> Bytes {
    guard let value else { return amount.counterValue }
    guard let number = Int64(counterValue: value) else {
      throw StoreError(
        .invalidArgument, "its value of \(value.count) bytes is no integer, which has eight")
    }
    let (sum, overflow) = number.addingReportingOverflow(amount)
    if overflow {
      throw StoreError(.invalidArgument, "\(number) + \(amount) leaves the range of 64 bits")
    }
    return sum.counterValue
  }
}

extension Mutation {
  /// The column that an increment or append reads and writes; nil for all else.
  package var columnReadAndWritten: Column? {
    switch self {
    case .increment(let column, _), .append(let column, _): column
    default: nil
    }
  }
}

extension RowMutations {
  /// Whether some of it is resolved by what the row holds.
  package var readsBeforeWriting: Bool {
    mutations.contains { $0.columnReadAndWritten != nil }
  }
}
