// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
internal import WideColumn

/// A call that changes something, as it travels to the store.
struct CommitRequest: Sendable {
  var batch: AtomicBatch
  var snapshot: SimulatedSnapshot?
  var durability: Durability
}

/// What the store has made of a commit, before it is durable.
struct SequencedCommit: Sendable {
  var outcome: AtomicBatchOutcome
  /// What must be visible before it may be answered.
  var sequence: UInt64
  /// How often the store had been restarted.
  var restarts: Int
  /// The cells that increments and the like have become.
  var written: [Cell] = []
}

extension StoreModel {
  /// Checks a batch and makes its changes, in one step.
  ///
  /// Throws what the contract says, with nothing written.
  mutating func commit(
    _ request: CommitRequest, time: Int64
  ) throws(StoreError) -> SequencedCommit {
    let batch = request.batch
    try validate(batch, request.snapshot)
    if let snapshot = request.snapshot { try requireValid(snapshot) }
    func ended(_ outcome: AtomicBatchOutcome, _ sequence: UInt64) -> SequencedCommit {
      SequencedCommit(outcome: outcome, sequence: sequence, restarts: restarts.count)
    }
    if let index = try firstFailure(batch, request.snapshot, time: time) {
      return ended(.conditionFailed(operation: index), 0)
    }
    let changes = batch.operations.filter { !$0.operation.rowMutations.mutations.isEmpty }
    var moment = BatchMoment(
      sequence: lastSequence, timestamp: max(lastTimestamp + 1, time), time: time)
    var written: [Cell] = []
    var states: [RowState] = []
    for part in changes {
      let table = try table(part.table)
      var state = table.row(part.operation.row, at: log.sequenced)
      written += try state.apply(part.operation.rowMutations, table.schema, &moment, limits)
      states.append(state)
    }
    if let changed = try firstChange(batch, request.snapshot) { return ended(changed, 0) }
    if changes.isEmpty { return ended(.committed, log.sequenced) }
    // Nothing has been written before this line, and nothing can fail behind it.
    lastTimestamp = moment.timestamp
    lastSequence = moment.sequence
    let oldest = moment.sequence - min(moment.sequence, Self.snapshotSequencesMax)
    for (part, state) in zip(changes, states) {
      tables[part.table]?.set(
        part.operation.row, state, at: moment.sequence, keepingSince: oldest)
    }
    log.append(end: moment.sequence, request.durability)
    var commit = ended(.committed, moment.sequence)
    commit.written = written
    return commit
  }

  /// The first operation of which a condition does not hold now.
  ///
  /// When the client says that all held at its snapshot, only rows that have been written since are looked at.
  private func firstFailure(
    _ batch: AtomicBatch, _ snapshot: SimulatedSnapshot?, time: Int64
  ) throws(StoreError) -> Int? {
    if bug == .conditionsUnchecked { return nil }
    for (index, part) in batch.operations.enumerated() {
      let table = try table(part.table)
      let row = part.operation.row
      if batch.conditionsHoldAtSnapshot, let snapshot,
        table.lastChange(of: row) <= snapshot.sequence
      {
        continue
      }
      let state = table.row(row, at: log.sequenced)
      let holds = part.operation.conditions.allSatisfy {
        state.holds($0, table.schema, time: time)
      }
      if !holds { return index }
    }
    return nil
  }

  private func firstChange(
    _ batch: AtomicBatch, _ snapshot: SimulatedSnapshot?
  ) throws(StoreError) -> AtomicBatchOutcome? {
    guard let snapshot, bug != .rangesUnchecked else { return nil }
    for (index, range) in batch.unchangedRanges.enumerated() {
      let table = try table(range.table)
      guard let row = table.firstChange(in: range.rows, after: snapshot.sequence) else { continue }
      if bug == .insertsUnnoticed, table.row(row, at: snapshot.sequence).isEmpty { continue }
      return .rangeChanged(range: index, row: row)
    }
    return nil
  }

  private func validate(
    _ batch: AtomicBatch, _ snapshot: SimulatedSnapshot?
  ) throws(StoreError) {
    if batch.operations.count + batch.unchangedRanges.count > limits.rowsPerBatchMax {
      throw StoreError(.limitExceeded, "more than \(limits.rowsPerBatchMax) rows and ranges")
    }
    if !batch.unchangedRanges.isEmpty, snapshot == nil {
      throw StoreError(.invalidArgument, "unchanged ranges need the snapshot they are relative to")
    }
    for part in batch.operations { try validate(part) }
    for range in batch.unchangedRanges {
      _ = try table(range.table)
      try range.rows.requireInOrder("the rows of an unchanged range")
    }
    var seen: Set<Column> = []
    for part in batch.operations {
      if !seen.insert(Column(family: part.table, qualifier: part.operation.row)).inserted {
        throw StoreError(
          .invalidArgument,
          "row '\(part.operation.row)' of table '\(part.table)' appears twice in a batch")
      }
    }
    for part in batch.operations { try validateChanges(part) }
  }

  /// In the order of the embedded store: what is wrong with the changes themselves is said last.
  private func validate(_ part: BatchOperation) throws(StoreError) {
    let table = try table(part.table)
    let rowMutations = part.operation.rowMutations
    try limits.check(row: part.operation.row)
    for condition in part.operation.conditions {
      try table.require(family: condition.column.family)
      try limits.check(qualifier: condition.column.qualifier)
      try limits.check(comparand: condition.comparand)
    }
    if rowMutations.readsBeforeWriting { try requireFamilies(of: rowMutations, in: table) }
    // Who changes a row that transactions use must change its header with it.
    if table.schema.isTransactional, !rowMutations.mutations.isEmpty,
      !rowMutations.mutations.contains(where: { $0.family == ColumnFamily.lockFamilyName })
    {
      throw StoreError(
        .invalidArgument,
        "table '\(part.table)' takes part in transactions, which do not notice a change of a row that leaves its header"
          + " in '!lock!' as it is: write in a transaction")
    }
  }

  private func requireFamilies(
    of rowMutations: RowMutations, in table: TableModel
  ) throws(StoreError) {
    for mutation in rowMutations.mutations {
      if let family = mutation.family { try table.require(family: family) }
    }
  }

  private func validateChanges(_ part: BatchOperation) throws(StoreError) {
    let rowMutations = part.operation.rowMutations
    if rowMutations.mutations.count > limits.mutationsPerBatchMax {
      throw StoreError(.limitExceeded, "more than \(limits.mutationsPerBatchMax) mutations")
    }
    try requireFamilies(of: rowMutations, in: table(part.table))
    for case .put(let column, _, let value, _) in rowMutations.mutations {
      try limits.check(qualifier: column.qualifier)
      try limits.check(value: value)
    }
  }
}
