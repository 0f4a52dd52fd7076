// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Synchronization
import WideColumn

/// A store that breaks one promise.
final class BrokenStore: AtomicBatchStore, TableAdministration {
  enum Bug: String, CaseIterable {
    /// Scanned ranges are not validated.
    case noRangeValidation
    /// Rows that were only read are not validated.
    case noReadValidation
    /// Nothing is validated.
    case noValidation
    /// Some commits are acknowledged and not made.
    case lostCommit
    /// Some commits lack one of their rows.
    case halfCommit
    /// Some commits are made twice.
    case doubleCommit
    /// Snapshots are some moments old.
    case staleSnapshot
    /// Reads at a snapshot are of the present.
    case unpinnedReads
    /// Some commits that are made are said to have met a change of a range.
    case falseConflict
  }

  private struct State {
    var random: SplitMix64
    var old: StoreSnapshot?
    var uses = 0
  }

  let base: EmbeddedStore
  let bug: Bug
  private let state: Mutex<State>

  init(_ base: EmbeddedStore, _ bug: Bug, seed: UInt64) {
    self.base = base
    self.bug = bug
    state = Mutex(State(random: SplitMix64(seed: seed)))
  }

  private func isHit(perHundred: Int) -> Bool {
    state.withLock { $0.random.below(100) < perHundred }
  }

  var limits: StoreLimits { base.limits }
  var incarnation: StoreIncarnation { base.incarnation }

  func schema(of table: String) async throws(StoreError) -> TableSchema {
    try await base.schema(of: table)
  }

  func get(_ get: Get, in table: String) async throws(StoreError) -> RowResult? {
    try await base.get(get, in: table)
  }

  func scan(_ scan: Scan, in table: String) async throws(StoreError) -> EmbeddedStore.Cursor {
    try await base.scan(scan, in: table)
  }

  func checkAndMutate(
    _ operation: CheckAndMutate, in table: String, durability: Durability
  ) async throws(StoreError) -> Bool {
    try await base.checkAndMutate(operation, in: table, durability: durability)
  }

  func snapshot(_ level: SnapshotLevel) throws(StoreError) -> StoreSnapshot {
    let fresh = try base.snapshot(level)
    guard bug == .staleSnapshot, level == .visible else { return fresh }
    return state.withLock { state in
      state.uses += 1
      if state.uses % 12 == 1 { state.old = fresh }
      return state.old ?? fresh
    }
  }

  func get(
    _ get: Get, in table: String, at snapshot: StoreSnapshot
  ) async throws(StoreError) -> RowResult? {
    if bug == .unpinnedReads { return try await base.get(get, in: table) }
    return try await base.get(get, in: table, at: snapshot)
  }

  func scan(
    _ scan: Scan, in table: String, at snapshot: StoreSnapshot
  ) async throws(StoreError) -> EmbeddedStore.Cursor {
    try await base.scan(scan, in: table, at: snapshot)
  }

  func commit(
    _ batch: AtomicBatch, since snapshot: StoreSnapshot?, durability: Durability
  ) async throws(StoreError) -> AtomicBatchOutcome {
    guard batch.operations.contains(where: { !$0.operation.rowMutations.mutations.isEmpty }) else {
      return try await base.commit(batch, since: snapshot, durability: durability)
    }
    var batch = batch
    switch bug {
    case .noRangeValidation: batch.unchangedRanges = []
    case .noReadValidation:
      batch.operations.removeAll { $0.operation.rowMutations.mutations.isEmpty }
    case .noValidation: batch = unconditional(batch)
    case .lostCommit: if isHit(perHundred: 5) { return .committed }
    case .halfCommit where batch.operations.count > 1 && isHit(perHundred: 10):
      batch.operations.removeLast()
    case .doubleCommit where isHit(perHundred: 10):
      _ = try await base.commit(unconditional(batch), since: snapshot, durability: durability)
      batch = unconditional(batch)
    case .falseConflict where !batch.unchangedRanges.isEmpty && isHit(perHundred: 10):
      _ = try await base.commit(batch, since: snapshot, durability: durability)
      return .rangeChanged(range: 0, row: batch.operations[0].operation.row)
    default: break
    }
    return try await base.commit(batch, since: snapshot, durability: durability)
  }

  private func unconditional(_ batch: AtomicBatch) -> AtomicBatch {
    let operations = batch.operations.filter { !$0.operation.rowMutations.mutations.isEmpty }
    return AtomicBatch(
      operations: operations.map {
        BatchOperation(table: $0.table, operation: CheckAndMutate([], $0.operation.rowMutations))
      })
  }

  func createTable(_ schema: TableSchema) async throws(StoreError) {
    try await base.createTable(schema)
  }

  func tables() async throws(StoreError) -> [TableSchema] { try await base.tables() }

  func alterTable(_ schema: TableSchema) async throws(StoreError) {
    try await base.alterTable(schema)
  }

  func dropTable(_ name: String) async throws(StoreError) { try await base.dropTable(name) }

  func truncateTable(_ name: String, keepsRegions: Bool) async throws(StoreError) {
    try await base.truncateTable(name, keepsRegions: keepsRegions)
  }
}
