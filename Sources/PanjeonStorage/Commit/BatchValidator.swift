// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// A batch resolved against the catalog: what it writes and what it depends on.
package final class BatchValidator: Sendable {
  private let operations: [(table: TableHandle, operation: CheckAndMutate)]
  private let ranges: [(table: TableHandle, rows: KeyRange)]
  private let limits: StoreLimits
  private let snapshot: StoreSnapshot?

  /// What the sequencer must look at; the sequences are filled in by the caller.
  package let checks: CommitChecks

  /// The sequence since which the ranges must be unchanged.
  package let rangesHoldAt: UInt64

  /// The sequence at which the client has seen all conditions hold; nil: they must be looked at.
  package let conditionsHoldAt: UInt64?

  /// Whether some of the changes are resolved by what their rows hold.
  package let readsBeforeWriting: Bool

  /// The outcome if the table of a range was emptied since the snapshot.
  package let emptiedRange: AtomicBatchOutcome?

  package init(
    _ batch: AtomicBatch, catalog: Catalog, limits: StoreLimits, since snapshot: StoreSnapshot?,
    bypassesTransactions: Bool = false
  ) throws(StoreError) {
    if batch.operations.count + batch.unchangedRanges.count > limits.rowsPerBatchMax {
      throw StoreError(
        .limitExceeded,
        "a batch of \(batch.operations.count) rows and \(batch.unchangedRanges.count) ranges; "
          + "at most \(limits.rowsPerBatchMax) are allowed")
    }
    if !batch.unchangedRanges.isEmpty, snapshot == nil {
      throw StoreError(.invalidArgument, "unchanged ranges need the snapshot they are relative to")
    }
    self.limits = limits
    self.snapshot = snapshot
    rangesHoldAt = snapshot?.sequence ?? 0
    var operations: [(table: TableHandle, operation: CheckAndMutate)] = []
    var ranges: [(table: TableHandle, rows: KeyRange)] = []
    operations.reserveCapacity(batch.operations.count)
    var readsBeforeWriting = false
    var checks = CommitChecks()
    checks.rows.reserveCapacity(batch.operations.count)
    for part in batch.operations {
      let table = try catalog.table(part.table)
      try Self.check(part.operation, in: table, limits)
      if table.isTransactional, !bypassesTransactions { try part.operation.requireHeader(table) }
      operations.append((table, part.operation))
      if part.operation.rowMutations.readsBeforeWriting { readsBeforeWriting = true }
      if part.operation.dependsOnRow {
        let row = part.operation.row
        unsafe checks.rows.append(
          CommitChecks.Row(
            tableID: table.record.id,
            hash: row.withUnsafeBytes { unsafe RowHash.hash($0) }))
      }
    }
    conditionsHoldAt = Self.conditionsHoldAt(batch, operations, snapshot)
    var emptied: AtomicBatchOutcome?
    for (index, range) in batch.unchangedRanges.enumerated() {
      let table = try catalog.table(range.table)
      try range.rows.requireInOrder("the rows of an unchanged range")
      if let snapshot, table.removals?.overlaps(range.rows, after: snapshot.removals) ?? false {
        emptied = emptied ?? .rangeChanged(range: index, row: range.rows.start)
      }
      ranges.append((table, range.rows))
      checks.ranges.append(
        CommitChecks.Range(tableID: table.record.id, rows: range.rows, index: index))
    }
    try Self.checkRowsDiffer(operations)
    self.operations = operations
    self.readsBeforeWriting = readsBeforeWriting
    self.ranges = ranges
    emptiedRange = emptied
    checks.tables = Self.tables(operations, ranges)
    self.checks = checks
  }

  /// Rows that were removed since the snapshot are not among those written since: then the conditions must be looked at.
  private static func conditionsHoldAt(
    _ batch: AtomicBatch, _ operations: [(table: TableHandle, operation: CheckAndMutate)],
    _ snapshot: StoreSnapshot?
  ) -> UInt64? {
    guard batch.conditionsHoldAtSnapshot, let snapshot else { return nil }
    for (table, operation) in operations {
      guard let removals = table.removals else { continue }
      let row = KeyRange(from: operation.row, to: operation.row.successor)
      if removals.overlaps(row, after: snapshot.removals) { return nil }
    }
    return snapshot.sequence
  }

  /// The tables whose regions the checks rely on, each once.
  private static func tables(
    _ operations: [(table: TableHandle, operation: CheckAndMutate)],
    _ ranges: [(table: TableHandle, rows: KeyRange)]
  ) -> [TableHandle] {
    var tables: [TableHandle] = []
    func add(_ table: TableHandle) {
      if !tables.contains(where: { $0 === table }) { tables.append(table) }
    }
    for part in operations where part.operation.dependsOnRow { add(part.table) }
    for part in ranges { add(part.table) }
    return tables
  }

  /// Whether the regions of a table that the checks rely on have changed.
  package var isOutdated: Bool { checks.tables.contains(where: \.isSuperseded) }

  /// Whether one of the tables takes no writes for the moment, because it is being emptied or dropped.
  package func meetsFrozenTable(_ catalog: Catalog) -> Bool {
    let tables = operations.map(\.table) + ranges.map(\.table)
    return tables.contains { $0.isSuperseded && catalog.table(id: $0.record.id) === $0 }
  }

  private static func check(
    _ operation: CheckAndMutate, in table: TableHandle, _ limits: StoreLimits
  ) throws(StoreError) {
    try limits.check(row: operation.row)
    for condition in operation.conditions {
      _ = try table.familyNumber(condition.column.family)
      try limits.check(qualifier: condition.column.qualifier)
      try limits.check(comparand: condition.comparand)
    }
    guard operation.rowMutations.readsBeforeWriting else { return }
    // They are encoded only once the conditions hold.
    for mutation in operation.rowMutations.mutations {
      if let family = mutation.family { _ = try table.familyNumber(family) }
    }
  }

  /// A row that stood in a batch twice could meet its own writes.
  private static func checkRowsDiffer(
    _ operations: [(table: TableHandle, operation: CheckAndMutate)]
  ) throws(StoreError) {
    // A few are sooner compared with one another than hashed.
    if operations.count <= 8 {
      for (place, one) in operations.enumerated() {
        for other in operations[..<place]
        where one.table.record.id == other.table.record.id
          && one.operation.row == other.operation.row
        {
          throw appearsTwice(one.operation.row, one.table)
        }
      }
      return
    }
    var seen: Set<Column> = []
    for (table, operation) in operations {
      let isNew = seen.insert(Column(family: table.schema.name, qualifier: operation.row)).inserted
      if !isNew { throw appearsTwice(operation.row, table) }
    }
  }

  private static func appearsTwice(_ row: RowKey, _ table: TableHandle) -> StoreError {
    StoreError(
      .invalidArgument, "row '\(row)' of table '\(table.schema.name)' appears twice in a batch")
  }

  /// Encodes the changes, none of which is resolved by what its row holds.
  package func prepare() throws(StoreError) -> PreparedBatch {
    var prepared = PreparedBatch(limits: limits)
    for (table, operation) in operations {
      try prepared.add(operation.rowMutations, in: table)
    }
    return prepared
  }

  /// Encodes the changes, with increments and appends resolved by what their rows hold at a moment.
  package func prepare(
    at moment: ReadMoment, lastTimestamp: Int64, mode: ReadMode
  ) throws(StoreError) -> ResolvedBatch {
    var resolved = ResolvedBatch(batch: PreparedBatch(limits: limits))
    for (table, operation) in operations {
      let mutations = operation.rowMutations
      guard mutations.readsBeforeWriting else {
        try resolved.batch.add(mutations, in: table)
        continue
      }
      let change = try ReadModifyWrite(
        mutations, in: table, at: moment, lastTimestamp: lastTimestamp, limits: limits, mode: mode)
      resolved.writes += change.results.map { result in
        ResolvedBatch.Write(
          column: result.column, timestamp: result.timestamp, value: result.value)
      }
      try resolved.batch.add(change.resolved(mutations), in: table)
    }
    return resolved
  }

  /// The first operation of which a condition does not hold at a moment.
  package func firstFailure(at moment: ReadMoment, mode: ReadMode) throws(StoreError) -> Int? {
    for (index, part) in operations.enumerated() where !part.operation.conditions.isEmpty {
      let holds = try RowLookup.holds(
        part.operation.conditions, row: part.operation.row, in: part.table, at: moment,
        mode: mode)
      if !holds { return index }
    }
    return nil
  }

  /// A row of one of the ranges that was written after the batch's snapshot, as far as `sequence`.
  ///
  /// Looks through memtables and SSTables, which keep every change since a snapshot that is still open. Throws
  /// `snapshotTooOld` when it is not.
  package func firstChange(
    upTo sequence: UInt64, mode: ReadMode
  ) throws(StoreError) -> (range: Int, row: Bytes)? {
    for (index, range) in ranges.enumerated() {
      for region in range.table.regions(in: range.rows) {
        let view = region.view
        try snapshot?.requireValid()
        for group in view.groups {
          let cursor = MergeCursor.over(
            RowSource.cursors(group, rows: range.rows, mode: mode, fillsCache: false))
          let row = try RowReader.firstRowChanged(
            after: rangesHoldAt, rows: range.rows, cursor: cursor)
          if let row { return (index, row) }
        }
      }
    }
    return nil
  }
}

extension CheckAndMutate {
  /// Whoever changes a row that transactions use must change its header with it, or they would not notice.
  fileprivate func requireHeader(_ table: TableHandle) throws(StoreError) {
    let mutations = rowMutations.mutations
    if mutations.isEmpty { return }
    if mutations.contains(where: { $0.family == ColumnFamily.lockFamilyName }) { return }
    throw .outsideTransactions(table.schema.name)
  }

  /// Whether what it does depends on what the row holds.
  fileprivate var dependsOnRow: Bool {
    !conditions.isEmpty || rowMutations.readsBeforeWriting
  }
}

/// A batch whose increments and appends have been resolved, and what they have become.
package struct ResolvedBatch: Sendable {
  package struct Write: Sendable {
    package var column: Column
    /// Nil: the batch's.
    package var timestamp: Timestamp?
    package var value: Bytes
  }

  package var batch: PreparedBatch
  package var writes: [Write] = []
}
