// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// A store whose calls are late and whose answers get lost, as between a client and a server far away.
public struct FaultInjectingStore<Base: WideColumnStore>: Sendable {
  let base: Base
  let injector: FaultInjector

  /// Puts faults in front of a store.
  ///
  /// - Parameters:
  ///   - base: The store.
  ///   - injector: Says which calls meet one.
  public init(_ base: Base, injector: FaultInjector) {
    self.base = base
    self.injector = injector
  }
}

extension FaultInjectingStore: WideColumnStore {
  /// The sizes the store accepts.
  public var limits: StoreLimits { base.limits }

  /// Which life of which store this is.
  public var incarnation: StoreIncarnation { base.incarnation }

  /// Returns the shape of a table; throws as the store does.
  public func schema(of table: String) async throws(StoreError) -> TableSchema {
    try await base.schema(of: table)
  }

  /// Reads one row; throws as the store does.
  public func get(_ get: Get, in table: String) async throws(StoreError) -> RowResult? {
    await injector.stall()
    return try await base.get(get, in: table)
  }

  /// Begins a scan; throws as the store does.
  public func scan(_ scan: Scan, in table: String) async throws(StoreError) -> Base.Cursor {
    await injector.stall()
    return try await base.scan(scan, in: table)
  }

  /// Changes one row; throws as the store does, and `unknownOutcome` when the answer is lost.
  public func checkAndMutate(
    _ operation: CheckAndMutate, in table: String, durability: Durability
  ) async throws(StoreError) -> Bool {
    let answer = try await beginChange()
    let holds = try await base.checkAndMutate(operation, in: table, durability: durability)
    if answer == .again {
      // Made twice on its way; the answer is that of the first, since the second one's may come of it.
      _ = try await base.checkAndMutate(operation, in: table, durability: durability)
    }
    try await endChange(answer)
    return holds
  }

  private func beginChange() async throws(StoreError) -> FaultInjector.Answer {
    await injector.stall()
    let answer = injector.drawAnswer()
    if answer == .never { throw StoreError(.unknownOutcome, "a fault: the call was lost") }
    return answer
  }

  private func endChange(_ answer: FaultInjector.Answer) async throws(StoreError) {
    await injector.stall()
    if answer == .lost { throw StoreError(.unknownOutcome, "a fault: the answer was lost") }
  }
}

extension FaultInjectingStore: BatchStore where Base: BatchStore {
  /// Changes rows in one call of the store; the answer of each is lost, or its change is, on its own.
  public func checkAndMutate(
    batch: [CheckAndMutate], in table: String, durability: Durability
  ) async -> [Result<Bool, StoreError>] {
    await injector.stall()
    let answers = batch.map { _ in injector.drawAnswer() }
    let made = batch.indices.filter { answers[$0] != .never }
    let results = await base.checkAndMutate(
      batch: made.map { batch[$0] }, in: table, durability: durability)
    let again = made.filter { answers[$0] == .again }
    if !again.isEmpty {
      _ = await base.checkAndMutate(
        batch: again.map { batch[$0] }, in: table, durability: durability)
    }
    await injector.stall()
    var all = answers.map { answer in
      let what = answer == .never ? "the call was lost" : "the answer was lost"
      return Result<Bool, StoreError>.failure(StoreError(.unknownOutcome, "a fault: \(what)"))
    }
    for (index, result) in zip(made, results) where answers[index] != .lost { all[index] = result }
    return all
  }
}

extension FaultInjectingStore: SnapshotStore where Base: SnapshotStore {
  /// Pins a state; throws as the store does.
  public func snapshot(_ level: SnapshotLevel) throws(StoreError) -> Base.Snapshot {
    try base.snapshot(level)
  }

  /// Reads one row at a snapshot; throws as the store does.
  public func get(
    _ get: Get, in table: String, at snapshot: Base.Snapshot
  ) async throws(StoreError) -> RowResult? {
    await injector.stall()
    return try await base.get(get, in: table, at: snapshot)
  }

  /// Begins a scan at a snapshot; throws as the store does.
  public func scan(
    _ scan: Scan, in table: String, at snapshot: Base.Snapshot
  ) async throws(StoreError) -> Base.Cursor {
    await injector.stall()
    return try await base.scan(scan, in: table, at: snapshot)
  }
}

extension FaultInjectingStore: AtomicBatchStore where Base: AtomicBatchStore {
  /// Checks and changes rows in one step; throws as the store does, and `unknownOutcome` when the answer is lost.
  public func commit(
    _ batch: AtomicBatch, since snapshot: Base.Snapshot?, durability: Durability
  ) async throws(StoreError) -> AtomicBatchOutcome {
    let hasChanges = batch.operations.contains { !$0.operation.rowMutations.mutations.isEmpty }
    let answer = hasChanges ? try await beginChange() : .given
    var outcome = try await base.commit(batch, since: snapshot, durability: durability)
    if answer == .again {
      outcome = try await base.commit(batch, since: snapshot, durability: durability)
    }
    try await endChange(answer)
    return outcome
  }
}

extension FaultInjectingStore: TableAdministration where Base: TableAdministration {
  /// Creates a table; throws as the store does.
  public func createTable(_ schema: TableSchema) async throws(StoreError) {
    try await base.createTable(schema)
  }

  /// The shapes of all tables; throws as the store does.
  public func tables() async throws(StoreError) -> [TableSchema] { try await base.tables() }

  /// Gives a table another schema; throws as the store does.
  public func alterTable(_ schema: TableSchema) async throws(StoreError) {
    try await base.alterTable(schema)
  }

  /// Removes a table; throws as the store does.
  public func dropTable(_ name: String) async throws(StoreError) {
    try await base.dropTable(name)
  }

  /// Removes all rows of a table; throws as the store does.
  public func truncateTable(_ name: String, keepsRegions: Bool) async throws(StoreError) {
    try await base.truncateTable(name, keepsRegions: keepsRegions)
  }
}
