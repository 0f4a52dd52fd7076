// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
public import WideColumn

extension SimulatedStore: ReadModifyWriteStore {
  /// Checks every condition and makes every change in one step.
  ///
  /// Throws what the contract says; faults. A batch without changes that a restart overtakes is `unavailable`.
  public func commit(
    _ batch: AtomicBatch, since snapshot: SimulatedSnapshot?, durability: Durability
  ) async throws(StoreError) -> AtomicBatchOutcome {
    let request = CommitRequest(batch: batch, snapshot: snapshot, durability: durability)
    return try await commit(request).outcome
  }

  /// Changes one row atomically, and only if every condition holds.
  ///
  /// Throws as ``commit(_:since:durability:)``.
  public func checkAndMutate(
    _ operation: CheckAndMutate, in table: String, durability: Durability
  ) async throws(StoreError) -> Bool {
    try await commit(CommitRequest(operation, in: table, durability)).outcome == .committed
  }

  /// Changes one row atomically, and returns what its increments and appends have become; nil when a condition did not hold.
  ///
  /// Throws as ``commit(_:since:durability:)``.
  public func readModifyWrite(
    _ operation: CheckAndMutate, in table: String, durability: Durability
  ) async throws(StoreError) -> RowResult? {
    let commit = try await commit(CommitRequest(operation, in: table, durability))
    if commit.outcome != .committed { return nil }
    return RowResult(row: operation.row, cells: commit.written)
  }

  private func commit(_ request: CommitRequest) async throws(StoreError) -> SequencedCommit {
    let changing = request.isChange
    let fault = try await begin(.commit, changing: changing)
    switch fault {
    case .lostCall: throw Self.unanswered
    case .lateCall:
      deliverLater(request)
      throw Self.unanswered
    case .lateDuplicate: deliverLater(request)
    default: break
    }
    var result = server.execute(request)
    if fault == .duplicate {
      let second = server.execute(request)
      if server.answersTheSecond { result = second }
    }
    if fault == .crashAfter { try await end(fault, .commit) }
    guard case .success(let commit) = result else {
      try await end(fault, .commit)
      return try result.get()
    }
    if commit.outcome == .committed {
      try await awaitVisible(commit, changing: changing)
    } else {
      // What is in its way may be a change that nobody waits for any more: it becomes visible all the same.
      server.stepLog()
    }
    try await end(fault, .commit)
    if server.hasLost(commit) { throw Self.overtaken(changing: changing) }
    if fault == .lostAnswer { throw Self.unanswered }
    return commit
  }

  private func deliverLater(_ request: CommitRequest) {
    let server = server
    server.simulation.deliverLater { _ = server.execute(request) }
  }

  /// Waits until a commit, and all before it, have reached the durability they asked for.
  ///
  /// Whoever waits moves the log on, so that nobody waits for a client that has died.
  private func awaitVisible(
    _ commit: SequencedCommit, changing: Bool
  ) async throws(StoreError) {
    while !server.isVisible(commit) {
      try await pass()
      if server.hasRestarted(since: commit) { throw Self.overtaken(changing: changing) }
      server.stepLog()
    }
  }

  private static var unanswered: StoreError {
    StoreError(.unknownOutcome, "a planted fault: the call went unanswered")
  }

  private static func overtaken(changing: Bool) -> StoreError {
    if changing { return StoreError(.unknownOutcome, "the store was restarted before it answered") }
    return StoreError(.unavailable, "the store was restarted before it answered")
  }
}

extension CommitRequest {
  fileprivate init(_ operation: CheckAndMutate, in table: String, _ durability: Durability) {
    let part = BatchOperation(table: table, operation: operation)
    self.init(
      batch: AtomicBatch(operations: [part]), snapshot: nil, durability: durability)
  }

  fileprivate var isChange: Bool {
    batch.operations.contains { !$0.operation.rowMutations.mutations.isEmpty }
  }
}

extension SimulatedStore.Server {
  fileprivate func execute(_ request: CommitRequest) -> Result<SequencedCommit, StoreError> {
    execute { model, time throws(StoreError) in try model.commit(request, time: time) }
  }

  fileprivate func isVisible(_ commit: SequencedCommit) -> Bool {
    model.withLock { $0.bug == .acknowledgesEarly || $0.log.visible >= commit.sequence }
  }

  fileprivate func hasLost(_ commit: SequencedCommit) -> Bool {
    model.withLock { model in
      model.bug != .acknowledgesEarly
        && model.hasLost(commit.sequence, sinceRestart: commit.restarts)
    }
  }

  fileprivate func hasRestarted(since commit: SequencedCommit) -> Bool {
    model.withLock { $0.bug != .acknowledgesLost && $0.restarts.count != commit.restarts }
  }

  fileprivate var answersTheSecond: Bool { model.withLock { $0.bug == .answersTheSecond } }

  fileprivate func stepLog() { model.withLock { $0.log.step() } }
}
