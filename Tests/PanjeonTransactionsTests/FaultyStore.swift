// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import Synchronization
import WideColumn

/// A store that leaves commits unanswered when it is told to, and has something happen before each call.
final class FaultyStore: AtomicBatchStore {
  enum Answer {
    case given
    /// The commit is made, and the answer lost.
    case lost
    /// The commit is made twice, and the second answer given.
    case twice
    /// The commit is lost.
    case never
    /// The commit is made when ``deliver()`` is called.
    case late
  }

  private struct Call {
    var batch: AtomicBatch
    var snapshot: StoreSnapshot?
  }

  private struct State {
    var answers: [Answer] = []
    var late: [Call] = []
    var calls = 0
    var before: (@Sendable (Int) throws(StoreError) -> Void)?
  }

  let base: EmbeddedStore
  private let state = Mutex(State())

  init(_ base: EmbeddedStore) {
    self.base = base
  }

  /// How the next commits with changes are answered; those after them are.
  func answer(_ answers: [Answer]) {
    state.withLock { $0.answers = answers }
  }

  /// Has something done before each call from here on, which is given its number, from one; what it throws the call does.
  func before(_ body: (@Sendable (Int) throws(StoreError) -> Void)?) {
    state.withLock { state in
      state.calls = 0
      state.before = body
    }
  }

  /// How many calls there have been since.
  var calls: Int { state.withLock { $0.calls } }

  private func begin() throws(StoreError) {
    let (number, before) = state.withLock { state in
      state.calls += 1
      return (state.calls, state.before)
    }
    try before?(number)
  }

  /// Makes the commits that are late; returns how they ended.
  func deliver() async throws -> [AtomicBatchOutcome] {
    let calls = state.withLock { state -> [Call] in
      defer { state.late = [] }
      return state.late
    }
    var outcomes: [AtomicBatchOutcome] = []
    for call in calls {
      outcomes.append(
        try await base.commit(call.batch, since: call.snapshot, durability: .memory))
    }
    return outcomes
  }

  var limits: StoreLimits { base.limits }

  var incarnation: StoreIncarnation { base.incarnation }

  func schema(of table: String) async throws(StoreError) -> TableSchema {
    try begin()
    return try await base.schema(of: table)
  }

  func get(_ get: Get, in table: String) async throws(StoreError) -> RowResult? {
    try begin()
    return try await base.get(get, in: table)
  }

  func scan(_ scan: Scan, in table: String) async throws(StoreError) -> EmbeddedStore.Cursor {
    try begin()
    return try await base.scan(scan, in: table)
  }

  func checkAndMutate(
    _ operation: CheckAndMutate, in table: String, durability: Durability
  ) async throws(StoreError) -> Bool {
    try begin()
    return try await base.checkAndMutate(operation, in: table, durability: durability)
  }

  func snapshot(_ level: SnapshotLevel) throws(StoreError) -> StoreSnapshot {
    try begin()
    return try base.snapshot(level)
  }

  func get(
    _ get: Get, in table: String, at snapshot: StoreSnapshot
  ) async throws(StoreError) -> RowResult? {
    try begin()
    return try await base.get(get, in: table, at: snapshot)
  }

  func scan(
    _ scan: Scan, in table: String, at snapshot: StoreSnapshot
  ) async throws(StoreError) -> EmbeddedStore.Cursor {
    try begin()
    return try await base.scan(scan, in: table, at: snapshot)
  }

  func commit(
    _ batch: AtomicBatch, since snapshot: StoreSnapshot?, durability: Durability
  ) async throws(StoreError) -> AtomicBatchOutcome {
    try begin()
    let answer = state.withLock { state -> Answer in
      guard !batch.operations.isEmpty, !state.answers.isEmpty else { return .given }
      let answer = state.answers.removeFirst()
      if answer == .late { state.late.append(Call(batch: batch, snapshot: snapshot)) }
      return answer
    }
    if answer == .twice {
      _ = try await base.commit(batch, since: snapshot, durability: durability)
    }
    if answer == .given || answer == .lost || answer == .twice {
      let outcome = try await base.commit(batch, since: snapshot, durability: durability)
      if answer != .lost { return outcome }
    }
    throw StoreError(.unknownOutcome, "the commit went unanswered")
  }
}
