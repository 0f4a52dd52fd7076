// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// The commit of a transaction over a store that checks and changes any set of rows in one step.
///
/// One batch: each row written has the condition that its header is the one that was read, and gets a new one with
/// the data; each row only read has the condition alone; each range scanned must be unchanged since the snapshot.
/// Haeinsa's prewrite, validation, commit and stabilisation in one, over the same lock column.
extension Transaction {
  /// Commits; a transaction without changes only waits until what it read is visible.
  ///
  /// A row that was written without having been read may change meanwhile: then its header is read again, and the batch
  /// built anew. What was read must hold each time.
  ///
  /// Throws `conflict`, `unknownOutcome`, and errors of the store.
  mutating func commit(clock: any TimeSource) async throws {
    if rows.written == 0 {
      // Since the snapshot: a store that has been restarted knows by it whether what was read has been lost.
      _ = try await store.commit(AtomicBatch(), since: snapshot, durability: options.durability)
      return
    }
    // What the transaction depends on comes first, so that a conflict there is not taken for one of the others.
    var places = rows.states.indices.filter { rows.states[$0].isDependedOn }
    let dependencies = places.count
    places += rows.states.indices.filter { rows.states[$0].isBlind }
    while true {
      // At first all of the batch is of one moment; only what changes meanwhile is looked at again.
      if dependencies < places.count {
        try await readHeaders(
          of: places[dependencies...].map { rows.states[$0].name },
          at: blindRepeats == 0 ? snapshot : store.snapshot(.sequenced))
      }
      guard let failed = try await commitOnce(places, clock) else { return }
      let changed = rows.states[places[failed]].name
      if failed < dependencies { throw Self.conflict(changed) }
      if blindRepeats >= Self.blindRepeatsMax { throw Self.conflict(changed) }
      blindRepeats += 1
    }
  }

  /// How often a batch is built anew because of rows that it does not depend on.
  ///
  /// Each time another transaction has been committed, so that all together get on. But while the others go on one behind the other, one that
  /// builds anew loses nine times in ten: of 16 clients of one row some lose 50 times in a row.
  private static var blindRepeatsMax: Int { 1000 }

  private static func conflict(_ row: TransactionRow) -> TransactionError {
    TransactionError(.conflict, "another transaction changed the row", row: row)
  }

  /// Sends one batch of rows; returns which of them has changed, nil when it is committed.
  private mutating func commitOnce(_ places: [Int], _ clock: any TimeSource) async throws -> Int? {
    let version = try await nextVersion(clock)
    lastVersion = version.microseconds
    let batch = AtomicBatch(
      operations: places.map { operation(rows.states[$0], version: version) },
      unchangedRanges: ranges.compactMap { $0 }, conditionsHoldAtSnapshot: blindRepeats == 0)
    let outcome: AtomicBatchOutcome
    do throws(StoreError) {
      outcome = try await store.commit(batch, since: snapshot, durability: options.durability)
    } catch {
      if error.code == .unknownOutcome { throw inDoubt(error, firstWritten(places)) }
      throw await explained(error, Set(places.map { rows.states[$0].name.table }).sorted())
    }
    switch outcome {
    case .committed: return nil
    case .rangeChanged(let range, let row):
      if try await hasCommitted(firstWritten(places)) { return nil }
      let table = batch.unchangedRanges[range].table
      throw TransactionError(
        .conflict, "a range that was scanned has changed",
        row: TransactionRow(table: table, row: row))
    case .conditionFailed(let index):
      return try await hasCommitted(firstWritten(places)) ? nil : index
    }
  }

  /// A row that bears the transaction's id when it has been committed.
  private func firstWritten(_ places: [Int]) -> TransactionRow {
    let first = places.first { rows.states[$0].changes != nil } ?? places[0]
    return rows.states[first].name
  }

  /// Before a failed condition or a changed range is called a conflict, a header is looked at once more: it may be our own, by a call
  /// that came twice.
  private func hasCommitted(_ first: TransactionRow) async throws -> Bool {
    // It has looked before it called it refused, and a read through it would wait for locks, the own one too.
    if !store.hasSnapshots { return false }
    do throws(StoreError) {
      let present = try store.snapshot(.sequenced)
      let read = try await store.get(.header(first.row), in: first.table, at: present)
      guard read?.header.flatMap(LockHeader.init(decoding:))?.isCommit(of: id) == true else {
        return false
      }
      _ = try await store.commit(AtomicBatch(), since: present, durability: options.durability)
      return true
    } catch {
      // To call it a conflict could make the changes twice.
      throw inDoubt(error, first)
    }
  }

  private func inDoubt(_ error: StoreError, _ row: TransactionRow) -> TransactionError {
    let inDoubt = InDoubtTransaction(
      id: id, row: row, headerBefore: rows[row]?.header.bytes, incarnation: store.incarnation)
    return TransactionError(
      .unknownOutcome, "the commit of \(id) went unanswered; resolve it", row: row,
      inDoubt: inDoubt, cause: error)
  }

  /// Reads the headers of rows that are written without having been read.
  private mutating func readHeaders(
    of blind: [TransactionRow], at moment: Store.Snapshot
  ) async throws {
    // The header sorts before all else: where another cell comes first there is none.
    for (table, rows) in blind.byTable {
      let firsts = try await store.get(
        rows.map { Get($0, cellsMax: 1) }, in: table, at: moment)
      for (row, first) in zip(rows, firsts) {
        let name = TransactionRow(table: table, row: row)
        try noteHeader(name, first)
        self.rows.setEmpty(first == nil, name)
      }
    }
  }

  /// What is to be done to a row: of one that was only read, to check its header.
  private func operation(_ state: RowState, version: Timestamp) -> BatchOperation {
    var mutations: [Mutation] = []
    if let changes = state.changes {
      let header = LockHeader(
        state: .stable, outcome: .committed, step: 0, version: UInt64(version.microseconds),
        transactionID: id)
      mutations.reserveCapacity(changes.count + 1)
      mutations.append(.put(LockColumn.header, timestamp: version, value: header.encode()))
      for change in changes {
        if let placed = change.placed(at: version) { mutations.append(placed) }
      }
    }
    return BatchOperation(
      table: state.name.table,
      operation: CheckAndMutate(
        [state.headerCondition], RowMutations(state.name.row, mutations)))
  }
}

extension RowState {
  /// Whether the transaction may only commit if the row is as it was read.
  fileprivate var isDependedOn: Bool { isRead || (changes != nil && header.isKnown) }

  /// Whether the row is written without having been read.
  fileprivate var isBlind: Bool { changes != nil && !header.isKnown }

  fileprivate var headerCondition: Condition {
    if let header = header.bytes { return .equals(LockColumn.header, header) }
    return .absent(LockColumn.header)
  }
}

extension Mutation {
  /// The change as it is stored by a transaction of this version.
  ///
  /// A delete that names a timestamp stays below the version, so that it cannot reach the transaction's own puts.
  func placed(at version: Timestamp) -> Mutation? {
    let below = Timestamp(microseconds: version.microseconds - 1)
    switch self {
    case .put(let column, _, let value, let timeToLive):
      return .put(column, timestamp: version, value: value, timeToLive: timeToLive)
    case .increment(let column, let amount, _):
      return .increment(column, by: amount, timestamp: version)
    case .append(let column, let bytes, _): return .append(column, bytes, timestamp: version)
    case .minimum(let column, let number, _): return .minimum(column, number, timestamp: version)
    case .maximum(let column, let number, _): return .maximum(column, number, timestamp: version)
    case .deleteVersion(let column, let timestamp):
      return timestamp < version ? .deleteVersion(column, timestamp: timestamp) : nil
    case .deleteFamilyVersion(let name, let timestamp):
      return timestamp < version ? .deleteFamilyVersion(name, timestamp: timestamp) : nil
    case .deleteColumn(let column, let upTo?):
      return .deleteColumn(column, upTo: min(upTo, below))
    case .deleteFamily(let name, let upTo?): return .deleteFamily(name, upTo: min(upTo, below))
    case .deleteRow(let upTo?): return .deleteRow(upTo: min(upTo, below))
    case .deleteColumn(_, nil), .deleteFamily(_, nil), .deleteRow(nil): return self
    }
  }
}
