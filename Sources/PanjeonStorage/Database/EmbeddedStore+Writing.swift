// SPDX-License-Identifier: Apache-2.0

public import WideColumn

extension EmbeddedStore: AtomicBatchStore, BatchStore {
  /// Changes one row atomically, and only if every condition holds.
  ///
  /// When it returns, the change has reached `durability` and is visible. Throws `noSuchTable`, `noSuchFamily`,
  /// `limitExceeded`, `invalidArgument`, `readOnly`, `closed`, `unavailable`, `unknownOutcome`, `corruption`, `io`.
  public func checkAndMutate(
    _ operation: CheckAndMutate, in table: String, durability: Durability
  ) async throws(StoreError) -> Bool {
    let batch = AtomicBatch(operations: [BatchOperation(table: table, operation: operation)])
    return try await commit(batch, since: nil, durability: durability) == .committed
  }

  /// Makes each change whose conditions hold; rows are independent of one another and share log writes.
  public func checkAndMutate(
    batch: [CheckAndMutate], in table: String, durability: Durability
  ) async -> [Result<Bool, StoreError>] {
    await withTaskGroup { group in
      for (index, operation) in batch.enumerated() {
        group.addTask { () -> (Int, Result<Bool, StoreError>) in
          do throws(StoreError) {
            let didHold = try await self.checkAndMutate(
              operation, in: table, durability: durability)
            return (index, .success(didHold))
          } catch {
            return (index, .failure(error))
          }
        }
      }
      var results = [Result<Bool, StoreError>](repeating: .success(false), count: batch.count)
      for await (index, result) in group { results[index] = result }
      return results
    }
  }

  /// Checks every condition and makes every change in one step, one record of the log.
  ///
  /// When it returns `committed`, the batch has reached `durability` and is visible. A batch without changes
  /// returns once all that it was validated against is visible. Throws as
  /// ``checkAndMutate(_:in:durability:)``; `unavailable` means that the rows were written to so fast that the
  /// conditions could not be evaluated in time: try again.
  public func commit(
    _ batch: AtomicBatch, since snapshot: StoreSnapshot?, durability: Durability
  ) async throws(StoreError) -> AtomicBatchOutcome {
    try await commit(batch, since: snapshot, durability: durability, onWrite: { _ in })
  }

  /// Commits a batch to tables of whatever kind, **behind the back of transactions**.
  ///
  /// Changes to a table with the family `!lock!` are refused elsewhere unless they write to that family, since a transaction that
  /// has read one of the rows does not notice them: it commits over them. For repairs, and for loading data before the first
  /// transaction begins. Otherwise as ``commit(_:since:durability:)``.
  ///
  /// - Parameters:
  ///   - batch: The conditions and changes.
  ///   - durability: What the batch survives when this returns.
  /// - Returns: How it ended.
  /// - Throws: As ``commit(_:since:durability:)``.
  @discardableResult
  public func commitBypassingTransactions(
    _ batch: AtomicBatch, durability: Durability = .disk
  ) async throws(StoreError) -> AtomicBatchOutcome {
    try await commit(
      batch, since: nil, durability: durability, bypassesTransactions: true, onWrite: { _ in })
  }

  /// Changes one row of a table of whatever kind, **behind the back of transactions**.
  ///
  /// See ``commitBypassingTransactions(_:durability:)``.
  public func mutateBypassingTransactions(
    _ rowMutations: RowMutations, in table: String, durability: Durability = .disk
  ) async throws(StoreError) {
    let operation = BatchOperation(table: table, operation: CheckAndMutate([], rowMutations))
    try await commitBypassingTransactions(
      AtomicBatch(operations: [operation]), durability: durability)
  }

  /// Commits a batch, and hands on the cells that increments and appends have become.
  func commit(
    _ batch: AtomicBatch, since snapshot: StoreSnapshot?, durability: Durability,
    bypassesTransactions: Bool = false, onWrite: (Cell) -> Void
  ) async throws(StoreError) -> AtomicBatchOutcome {
    try requireOpen()
    if let snapshot { try requireOwn(snapshot) }
    for attempt in 0..<configuration.recheckAttemptsMax {
      let validator = try BatchValidator(
        batch, catalog: catalog, limits: limits, since: snapshot,
        bypassesTransactions: bypassesTransactions)
      var resolved =
        validator.readsBeforeWriting
        ? ResolvedBatch(batch: PreparedBatch(limits: limits))
        : ResolvedBatch(batch: try validator.prepare())
      guard let background else {
        throw StoreError(.readOnly, "the store was opened for reading only")
      }
      if attempt == 0, !resolved.batch.isEmpty || validator.readsBeforeWriting {
        try await background.admit()
      }
      if let changed = validator.emptiedRange {
        pipeline.statistics.refused.add(1)
        return changed
      }
      guard let outcome = try await sequence(&resolved, validator, durability) else {
        if validator.meetsFrozenTable(catalog) {
          // The thread that is changing the table does one thing after the other.
          try await background.regions.run(evenWhenHalted: true) { _ in }
        }
        continue
      }
      if outcome == .committed {
        resolved.forEachWrite(onWrite)
      } else {
        pipeline.statistics.refused.add(1)
      }
      return outcome
    }
    throw StoreError(
      .unavailable,
      "the regions of a batch's tables changed \(configuration.recheckAttemptsMax) times while it was checked"
    )
  }

  /// Nil when the regions of a table have changed, so that the batch must be resolved again.
  private func sequence(
    _ resolved: inout ResolvedBatch, _ validator: BatchValidator, _ durability: Durability
  ) async throws(StoreError) -> AtomicBatchOutcome? {
    var rangesHoldAt = validator.rangesHoldAt
    var conditionsHoldAt = validator.conditionsHoldAt
    for _ in 0..<configuration.recheckAttemptsMax {
      let now = conditionsHoldAt ?? pipeline.sequenced.value
      let moment = ReadMoment(sequence: now, time: .now(snapshots.clock))
      if conditionsHoldAt != nil {
        // Whether a row has been written since is all that can have changed; if one has, they are looked at.
        conditionsHoldAt = nil
      } else if try await firstFailure(validator, at: moment) != nil {
        let failed = try await confirmedFailure(validator)
        if validator.isOutdated { return nil }
        guard let failed else { continue }
        return .conditionFailed(operation: failed)
      }
      if validator.readsBeforeWriting {
        guard let ready = try await resolve(validator, at: moment) else {
          if validator.isOutdated { return nil }
          continue
        }
        resolved = ready
      }
      var checks = validator.checks
      checks.rowsHoldAt = now
      checks.rangesHoldAt = rangesHoldAt
      switch await pipeline.enter(
        &resolved.batch, checks, durability, leader: background?.leader)
      {
      case .committed: return .committed
      case .failed(let error): throw error
      case .rangeChanged(let index, let row): return .rangeChanged(range: index, row: row)
      case .stale, .roomMade: continue
      case .regionsChanged: return nil
      case .rangesOutsideWindow:
        let sequence = pipeline.sequenced.value
        if let changed = try await evaluate({ mode throws(StoreError) in
          try validator.firstChange(upTo: sequence, mode: mode)
        }) {
          if validator.isOutdated { return nil }
          return .rangeChanged(range: changed.range, row: changed.row)
        }
        rangesHoldAt = sequence
      }
    }
    throw StoreError(
      .unavailable,
      "the rows of a batch were written to \(configuration.recheckAttemptsMax) times while it was checked"
    )
  }

  private func firstFailure(
    _ validator: BatchValidator, at moment: ReadMoment
  ) async throws(StoreError) -> Int? {
    try await evaluate { mode throws(StoreError) in
      try validator.firstFailure(at: moment, mode: mode)
    }
  }

  /// Looks again at a pinned moment.
  ///
  /// Nothing pins the sequence of the first look, so that a compaction may meanwhile have taken away what had been
  /// overwritten since. That a condition *holds* needs no second look: the sequencer refuses rows written since.
  private func confirmedFailure(_ validator: BatchValidator) async throws(StoreError) -> Int? {
    let snapshot = try snapshot(.sequenced)
    return try await firstFailure(validator, at: ReadMoment(snapshot))
  }

  /// Resolves increments and appends by what their rows hold at a moment.
  ///
  /// That a value is no integer, or too long, is looked at again at a pinned moment, for the reason of
  /// ``confirmedFailure(_:)``; nil: it is not so there, and the rows have been written since.
  private func resolve(
    _ validator: BatchValidator, at moment: ReadMoment
  ) async throws(StoreError) -> ResolvedBatch? {
    do {
      return try await prepare(validator, at: moment)
    } catch {
      guard error.code == .invalidArgument || error.code == .limitExceeded else { throw error }
    }
    let snapshot = try snapshot(.sequenced)
    _ = try await prepare(validator, at: ReadMoment(snapshot))
    return nil
  }

  private func prepare(
    _ validator: BatchValidator, at moment: ReadMoment
  ) async throws(StoreError) -> ResolvedBatch {
    let lastTimestamp = max(
      pipeline.lastTimestamp, configuration.timeSource.presentMicroseconds() - 1)
    return try await evaluate { mode throws(StoreError) in
      try validator.prepare(at: moment, lastTimestamp: lastTimestamp, mode: mode)
    }
  }

  /// Evaluates in memory if it can, else on an I/O thread.
  private func evaluate<T: Sendable>(
    _ body: @escaping @Sendable (ReadMode) throws(StoreError) -> T
  ) async throws(StoreError) -> T {
    do {
      return try body(.cacheOnly)
    } catch {
      guard error.code == .wouldBlock else { throw error }
    }
    return try await executor.run { () throws(StoreError) in try body(.mayBlock) }
  }
}

extension StoreError {
  /// A change to a table that takes part in transactions was made outside of one.
  static func outsideTransactions(_ table: String) -> StoreError {
    StoreError(
      .invalidArgument,
      "table '\(table)' takes part in transactions, which do not notice a change of a row that leaves its header "
        + "in '!lock!' as it is: write in a transaction, or by commitBypassingTransactions")
  }
}
