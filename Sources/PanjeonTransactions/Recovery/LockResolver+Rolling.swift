// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
internal import WideColumn

/// The changes that end a lock; each is made on the condition that the lock is still the one that was read.
extension LockResolver {
  /// Makes what a committed transaction intends to do to a row, and frees it.
  ///
  /// A family that the table has lost meanwhile has taken its cells with it. Throws errors of the store; `corruption` when the redo cannot be
  /// read.
  func forward(_ lock: Lock, durability: Durability = .disk) async throws(StoreError) -> Bool {
    guard let redo = Redo(decoding: lock.intents.redo) else {
      throw StoreError(
        .corruption,
        "the redo of row '\(lock.name.row)' of table '\(lock.name.table)' cannot be read")
    }
    do throws(StoreError) {
      return try await end(lock, .committed, redo.mutations, durability)
    } catch {
      guard error.code == .noSuchFamily else { throw error }
      let schema = try await store.schema(of: lock.name.table)
      let left = redo.mutations.filter { mutation in
        mutation.family.map { schema.family(named: $0) != nil } ?? true
      }
      return try await end(lock, .committed, left, durability)
    }
  }

  /// Frees a row without changing it: its transaction cannot be committed.
  ///
  /// The row gets the transaction's version; its old header never comes back.
  func back(_ lock: Lock) async throws(StoreError) -> Bool {
    try await end(lock, .aborted, [], .memory)
  }

  private func end(
    _ lock: Lock, _ outcome: LockHeader.Outcome, _ changes: [Mutation], _ durability: Durability
  ) async throws(StoreError) -> Bool {
    let change = lock.header.settling(lock.name, headerBefore: lock.bytes, outcome, changes)
    let isMade = try await isMadeUnlessGone(lock.name) { () throws(StoreError) in
      try await self.store.checkAndMutate(
        change.operation, in: change.table, durability: durability)
    }
    if isMade {
      counters.withLock { counters in
        switch outcome {
        case .committed: counters.rowsRolledForward += 1
        case .aborted, .none: counters.rowsRolledBack += 1
        }
      }
    }
    return isMade
  }

  /// Moves a primary on, so that a transaction that is not decided cannot be committed any more: presumed abort, with a fence where
  /// the transaction has not locked it yet.
  ///
  /// - Parameters:
  ///   - primary: The row that holds the decision.
  ///   - headerBefore: The header that it was seen with.
  ///   - owner: A header of the transaction.
  /// - Returns: Whether it is done; if not, the primary has changed.
  /// - Throws: Errors of the store.
  func giveUp(
    _ primary: TransactionRow, headerBefore: Bytes?, _ owner: LockHeader
  ) async throws(StoreError) -> Bool {
    let change = owner.settling(primary, headerBefore: headerBefore, .aborted, [])
    return try await isMadeUnlessGone(primary) { () throws(StoreError) in
      try await self.store.checkAndMutate(change.operation, in: change.table, durability: .disk)
    }
  }

  private func isWithoutLocks(_ table: String) async throws(StoreError) -> Bool {
    try await !store.schema(of: table).isTransactional
  }

  /// A row whose table is gone, or takes no part in transactions any more, needs nothing done.
  private func isMadeUnlessGone(
    _ name: TransactionRow, _ change: () async throws(StoreError) -> Bool
  ) async throws(StoreError) -> Bool {
    do throws(StoreError) {
      return try await change()
    } catch {
      if error.code == .noSuchTable { return true }
      if error.code == .noSuchFamily, try await isWithoutLocks(name.table) { return true }
      throw error
    }
  }

  /// Rolls a committed transaction forward: all of its secondaries, and only then the primary, which they ask.
  ///
  /// - Parameter primary: The lock of the primary, committed.
  /// - Returns: Whether the primary was freed; false when somebody else has done it.
  /// - Throws: Errors of the store; then the primary stays as it is.
  func rollForward(_ primary: Lock) async throws(StoreError) -> Bool {
    let results = await concurrently(
      primary.intents.secondaries, atMost: options.callsInFlightMax
    ) { secondary in
      await Result { () async throws(StoreError) in
        try await self.rollForward(secondary, of: primary.header)
      }
    }
    for result in results { try result.get() }
    return try await forward(primary, durability: .memory)
  }

  /// The same by the owner, who knows the locks without reading them.
  func rollForward(_ locks: CommittedLocks) async throws(StoreError) -> Bool {
    let changes = locks.secondaries.map { lock in
      lock.header.settling(
        lock.name, headerBefore: lock.bytes, .committed,
        Redo(decoding: lock.intents.redo)?.mutations ?? [])
    }
    let answers = await store.makeChanges(
      changes, durability: .disk, atMost: options.callsInFlightMax)
    for (lock, answer) in zip(locks.secondaries, answers) {
      if (try? answer.get()) == true {
        counters.withLock { $0.rowsRolledForward += 1 }
      } else {
        try await rollForward(lock.name, of: lock.header)
      }
    }
    return try await forward(locks.primary, durability: .memory)
  }

  /// Rolls a secondary of a committed transaction forward, if that has not been done.
  private func rollForward(
    _ name: TransactionRow, of owner: LockHeader
  ) async throws(StoreError) {
    for round in 0..<Self.roundsMax {
      await rest(before: round)
      let cells = try await store.lockCells(of: name)
      guard let header = cells.header, header.isOfSameCommit(as: owner), !cells.isStable else {
        return
      }
      guard let lock = cells.lock else { throw cells.unreadable }
      do throws(StoreError) {
        if try await forward(lock) { return }
      } catch {
        if error.code != .unknownOutcome { throw error }
      }
    }
    throw Self.restless(name)
  }
}

extension LockHeader {
  /// The conditional change that ends a lock, or fences a row against one.
  func settling(
    _ name: TransactionRow, headerBefore: Bytes?, _ outcome: Outcome, _ changes: [Mutation]
  ) -> BatchOperation {
    let timestamp = Timestamp(microseconds: Int64(clamping: version))
    let mutations: [Mutation] =
      [
        .put(LockColumn.header, timestamp: timestamp, value: settled(outcome).encode()),
        .deleteColumn(LockColumn.intents, upTo: nil),
      ] + changes
    return BatchOperation(
      table: name.table,
      operation: CheckAndMutate(
        [.header(headerBefore)], RowMutations(name.row, mutations)))
  }
}

extension Condition {
  /// The header of a row is this one; nil: there is none.
  static func header(_ bytes: Bytes?) -> Condition {
    bytes.map { .equals(LockColumn.header, $0) } ?? .absent(LockColumn.header)
  }
}
