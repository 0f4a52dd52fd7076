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
  /// Throws `conflict`, `unknownOutcome`, and errors of the store.
  mutating func commit(clock: any TimeSource) async throws {
    if writes.isEmpty {
      _ = try await store.commit(AtomicBatch(), since: nil, durability: options.durability)
      return
    }
    try await readMissingHeaders()
    let version = nextVersion(clock)
    let names = writes.keys.sorted()
    var batch = AtomicBatch()
    for name in names { batch.operations.append(operation(name, version: version)) }
    let onlyRead = rowsRead.filter { writes[$0] == nil }.sorted()
    for name in onlyRead {
      batch.operations.append(
        BatchOperation(
          table: name.table,
          operation: CheckAndMutate([headerCondition(name)], RowMutations(name.row))))
    }
    batch.unchangedRanges = ranges.compactMap { $0 }
    let outcome: AtomicBatchOutcome
    do {
      outcome = try await store.commit(batch, since: snapshot, durability: options.durability)
    } catch {
      throw try outcomeError(error, first: names[0])
    }
    switch outcome {
    case .committed: return
    case .rangeChanged(let range, let row):
      let table = batch.unchangedRanges[range].table
      throw TransactionError(
        .conflict, "a range that was scanned has changed",
        row: TransactionRow(table: table, row: row))
    case .conditionFailed(let index):
      try await settle(failed: (names + onlyRead)[index], first: names[0])
    }
  }

  /// A failed condition is looked at once more before it is called a conflict: the header may be our own.
  private func settle(failed: TransactionRow, first: TransactionRow) async throws {
    let read = try await store.get(.header(first.row), in: first.table)
    if let bytes = read?.header, LockHeader(decoding: bytes)?.transactionID == id { return }
    throw TransactionError(.conflict, "another transaction changed the row", row: failed)
  }

  private func outcomeError(_ error: StoreError, first: TransactionRow) throws -> any Error {
    guard error.code == .unknownOutcome else { return error }
    let inDoubt = InDoubtTransaction(
      id: id, row: first, headerBefore: headers[first] ?? nil, incarnation: store.incarnation)
    return TransactionError(
      .unknownOutcome, "the commit of \(id) went unanswered; resolve it", row: first,
      inDoubt: inDoubt, cause: error)
  }

  /// Rows that are written without having been read: their headers are read now, at a snapshot of their own, so
  /// that a blind write conflicts only with what happens during the commit.
  private mutating func readMissingHeaders() async throws {
    let missing = writes.keys.filter { headers[$0] == nil }
    if missing.isEmpty { return }
    let present = try store.snapshot(.sequenced)
    for name in missing {
      try noteHeader(name, try await store.get(.header(name.row), in: name.table, at: present))
    }
  }

  /// Greater than the version of every row touched, and the wall clock if it agrees.
  private func nextVersion(_ clock: any TimeSource) -> UInt64 {
    var version = UInt64(max(1, clock.presentMicroseconds()))
    for case let header?? in headers.values {
      if let known = LockHeader(decoding: header)?.version { version = max(version, known + 1) }
    }
    return version
  }

  private func headerCondition(_ name: TransactionRow) -> Condition {
    if let header = headers[name] ?? nil { return .equals(LockColumn.header, header) }
    return .absent(LockColumn.header)
  }

  private func operation(_ name: TransactionRow, version: UInt64) -> BatchOperation {
    let timestamp = Timestamp(microseconds: Int64(version))
    let header = LockHeader(
      state: .stable, outcome: .committed, step: 0, version: version, transactionID: id)
    var mutations: [Mutation] = [
      .put(LockColumn.header, timestamp: timestamp, value: header.encode())
    ]
    for change in writes[name] ?? [] {
      if let placed = change.placed(at: timestamp) { mutations.append(placed) }
    }
    return BatchOperation(
      table: name.table,
      operation: CheckAndMutate([headerCondition(name)], RowMutations(name.row, mutations)))
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
    case .deleteVersion(let column, let timestamp):
      return timestamp < version ? .deleteVersion(column, timestamp: timestamp) : nil
    case .deleteFamilyVersion(let name, let timestamp):
      return timestamp < version ? .deleteFamilyVersion(name, timestamp: timestamp) : nil
    case .deleteColumn(let column, let upTo?):
      return .deleteColumn(column, upTo: min(upTo, below))
    case .deleteFamily(let name, let upTo?): return .deleteFamily(name, upTo: min(upTo, below))
    case .deleteRow(let upTo?): return .deleteRow(upTo: min(upTo, below))
    case .deleteColumn(_, nil), .deleteFamily(_, nil), .deleteRow(nil), .increment, .append:
      return self
    }
  }
}

extension Get {
  /// A read of a row's header alone.
  static func header(_ row: RowKey) -> Get {
    var columns = ColumnSelection()
    columns.add(family: LockColumn.header.family, qualifier: LockColumn.header.qualifier)
    return Get(row, columns: columns)
  }
}

extension RowResult {
  /// The row's header as it is stored.
  var header: Bytes? {
    value(family: LockColumn.header.family, qualifier: LockColumn.header.qualifier)
  }
}
