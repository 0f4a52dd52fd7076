// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Turns the increments, appends, minima and maxima of a row into puts, by what the row holds at a moment.
///
/// The commit then depends on the row's being unchanged since that moment, as it does for a condition; so the result is that of
/// one step. No merge of operands at reading: versions and deletes keep their one rule.
package struct ReadModifyWrite {
  private let row: RowKey
  private let limits: StoreLimits
  /// Whatever timestamp the store assigns next is greater.
  private let lastTimestamp: Int64
  private var columns: [Column: ColumnChanges] = [:]

  /// The puts in their place, by their place among the row's mutations.
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
      if let rule = ReadModifyWriteRule(mutation) {
        try resolve(place, rule)
      } else {
        for column in columns.keys { columns[column]?.apply(mutation, to: column) }
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
    for column in Set(rowMutations.mutations.compactMap { ReadModifyWriteRule($0)?.column }) {
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

  private mutating func resolve(_ place: Int, _ rule: ReadModifyWriteRule) throws(StoreError) {
    let column = rule.column
    let newest = columns[column]?.newest()
    let value: Bytes
    do throws(StoreError) {
      value = try rule.apply(to: newest?.value)
    } catch {
      throw StoreError(error.code, "row '\(row)', column '\(column)': \(error.message)")
    }
    try limits.check(value: value)
    let timestamp = try timestamp(of: rule, after: newest)
    columns[column]?.put(timestamp?.microseconds, value)
    results.append((place, column, timestamp, value))
  }

  /// The timestamp of a result, which makes it the newest version; nil: the store's next does.
  private func timestamp(
    of rule: ReadModifyWriteRule, after newest: (timestamp: Int64?, value: Bytes)?
  ) throws(StoreError) -> Timestamp? {
    guard let newest else { return rule.timestamp }
    // A version of the same timestamp is replaced.
    guard let known = newest.timestamp else { return nil }
    if let timestamp = rule.timestamp, known <= timestamp.microseconds { return timestamp }
    if rule.timestamp == nil, known <= lastTimestamp { return nil }
    if known < .max { return Timestamp(microseconds: known + 1) }
    throw StoreError(
      .invalidArgument,
      "row '\(row)', column '\(rule.column)': its newest version has the greatest timestamp there is"
    )
  }
}

extension RowMutations {
  /// Whether some of it is resolved by what the row holds.
  package var readsBeforeWriting: Bool {
    mutations.contains(where: \.readsBeforeWriting)
  }
}

extension Mutation {
  /// Whether it is resolved by what its column holds: whether there is a ``ReadModifyWriteRule`` for it.
  fileprivate var readsBeforeWriting: Bool {
    switch self {
    case .increment, .append, .minimum, .maximum: true
    case .put, .deleteVersion, .deleteColumn, .deleteFamily, .deleteFamilyVersion, .deleteRow: false
    }
  }
}
