// SPDX-License-Identifier: Apache-2.0

public import WideColumn

extension TransactionManager {
  /// Finds out how a transaction of unknown outcome ended, from the header of a row it writes, **and settles it**: once this has
  /// returned `aborted`, a commit that is still on its way fails.
  ///
  /// For that it gives the row a new version, with a header that says that the transaction was aborted (presumed abort with a
  /// fence); so whoever asks later is told the same. A store whose log has failed must be reopened first: until then the outcome
  /// is not decided, and this throws `readOnly`. ``withTransaction(_:_:)`` asks by itself before it throws `unknownOutcome`.
  ///
  /// - Parameter transaction: From the error's `inDoubt`.
  /// - Returns: How it ended, as far as can still be told.
  /// - Throws: Errors of the store; `unavailable` when the row changed again and again; `unknownOutcome` when the fence
  ///   itself went unanswered: ask again.
  public func resolve(
    _ transaction: InDoubtTransaction
  ) async throws(StoreError) -> TransactionOutcome {
    let name = transaction.row
    for round in 0..<Self.resolveAttemptsMax {
      await locks.rest(before: round)
      // Everything that is in order must be visible before a header can tell that something is not there.
      _ = try await store.commit(AtomicBatch(), since: nil, durability: .disk)
      let bytes = try await store.get(.header(name.row), in: name.table)?.header
      if let header = bytes.flatMap(LockHeader.init(decoding:)),
        header.transactionID == transaction.id
      {
        switch header.ownDecision {
        case .committed: return .committed
        case .aborted, .unknown: return .aborted
        case .undecided:
          if let outcome = try await settle(transaction, header, bytes) { return outcome }
          continue
        }
      }
      // In another life of the store the row may be as it was on an earlier day, before the commit.
      let isSameLife =
        transaction.incarnation == .unknown || transaction.incarnation == store.incarnation
      guard isSameLife, bytes == transaction.headerBefore else { return .overwritten }
      if try await fence(transaction) { return .aborted }
    }
    throw StoreError(
      .unavailable,
      "row '\(name.row)' of table '\(name.table)' changed \(Self.resolveAttemptsMax) times while \(transaction.id) was being resolved"
    )
  }

  private static var resolveAttemptsMax: Int { 16 }

  /// Settles a commit in two phases that has locked the row and is not decided; nil when it must be asked for again.
  ///
  /// Its client has been told that the outcome is unknown, and does nothing more with it; so nobody need wait for it.
  private func settle(
    _ transaction: InDoubtTransaction, _ header: LockHeader, _ bytes: Bytes?
  ) async throws(StoreError) -> TransactionOutcome? {
    let cells = try await store.lockCells(of: transaction.row)
    guard let lock = cells.lock, lock.bytes == bytes else { return nil }
    let (decision, deciding) = try await locks.decision(of: lock)
    switch decision {
    case .committed: return .committed
    case .aborted: return .aborted
    case .unknown: return .overwritten
    case .undecided:
      let isDone = try await locks.giveUp(lock.primary, headerBefore: deciding, header)
      return isDone ? .aborted : nil
    }
  }

  /// Writes that the transaction was aborted, if the row is as it was before it; false when it is not.
  private func fence(_ transaction: InDoubtTransaction) async throws(StoreError) -> Bool {
    let name = transaction.row
    var version = RowVersion(clock)
    let condition: Condition
    if let before = transaction.headerBefore {
      version.follow(header: before)
      condition = .equals(LockColumn.header, before)
    } else {
      try await version.follow(cellsOf: [name], in: store)
      condition = .absent(LockColumn.header)
    }
    let next = try version.next()
    let header = LockHeader(
      state: .stable, outcome: .aborted, step: 0, version: UInt64(next.microseconds),
      transactionID: transaction.id)
    let change = RowMutations(
      name.row, [.put(LockColumn.header, timestamp: next, value: header.encode())])
    return try await store.checkAndMutate(
      CheckAndMutate([condition], change), in: name.table, durability: .disk)
  }
}
