// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
public import WideColumn

/// Transactions of many rows over a store that changes one row at a time: they commit in two phases, over lock columns.
///
/// For stores like Bigtable and HBase, which check and change one row atomically and have neither snapshots nor batches of rows; and to force
/// this way upon a store that has them, for tests and measurements. Haeinsa's protocol with its faults mended; the article *TwoPhases* has it.
///
/// ```swift
/// let store = TwoPhaseStore(base, timeSource: clock)
/// let manager = TransactionManager(store: store, timeSource: clock, seed: seed)
/// ```
///
/// Over a store that keeps more than one log, transactions must ask for the durability `disk` (*TwoPhases*, *What the store must keep*).
///
/// It takes the batches of transactions only: those whose conditions are the headers of their rows. A ``TransactionManager`` over the same
/// rows of the base store may commit in one batch at the same time.
///
/// Reads of a transaction are of one moment, as everywhere: before a row is returned everything read before it is looked at once more
/// (`snapshotTooOld` when it has changed, upon which the transaction is run again). Each such look is one round of calls. A read that meets a lock
/// asks what has become of its owner, ends the lock when that is decided, and waits when it is not.
public final class TwoPhaseStore<Base: WideColumnStore>: Sendable {
  /// The store beneath.
  public let base: Base

  let resolver: LockResolver<Base>
  let options: TwoPhaseOptions
  private let stabilizer: Stabilizer<Base>
  private let schemas = SchemaCache()

  /// Creates a store that commits in two phases.
  ///
  /// - Parameters:
  ///   - base: The store beneath.
  ///   - timeSource: Gives the time by which locks are taken for dead, and waits.
  ///   - options: How it commits.
  ///   - startTask: Starts what is done in the background; by default in a task of its own.
  public init(
    _ base: Base, timeSource: any TimeSource, options: TwoPhaseOptions = TwoPhaseOptions(),
    startTask: BackgroundTaskStarter? = nil
  ) {
    self.base = base
    self.options = options
    resolver = LockResolver(base, timeSource: timeSource, options: options.locks)
    stabilizer = Stabilizer(resolver, options, startTask: startTask ?? startUnownedTask)
  }

  /// What has been done with locks so far.
  public var lockStatistics: LockStatistics {
    var statistics = resolver.counters.withLock { $0 }
    statistics.stabilizationsSkipped = stabilizer.skipped
    return statistics
  }

  /// A column to begin at when the cells before another one are to be read; what the store beneath says.
  public func columnToReadFrom(
    _ cells: Int, before column: Column, in row: RowKey, of table: String
  ) -> Column? {
    base.columnToReadFrom(cells, before: column, in: row, of: table)
  }

  /// Waits until the locks of all transactions that this client has committed are ended, or left to others.
  ///
  /// To be called before the base store is closed, lest the next client has to do it.
  public func drain() async { await stabilizer.drain() }
}

extension TwoPhaseStore: AtomicBatchStore {
  /// Commits the batch of a transaction in two phases: its rows and no others are changed, all of them or none.
  ///
  /// Calls to the acknowledgement, each round of as many at once as the options allow: one that locks the rows, one that looks at those only
  /// read and at ranges scanned, if there are any, and one that decides; for a single row that is all the transaction touched, one call. Whatever the durability
  /// asked for, locks are durable on disk; the decision has the one asked for.
  ///
  /// - Parameters:
  ///   - batch: Each operation compares its row's header; those that change a row give it the transaction's.
  ///   - snapshot: What the ranges were scanned through.
  ///   - durability: What the batch survives when this returns.
  /// - Returns: How it ended.
  /// - Throws: `invalidArgument` for a batch that is not a transaction's, or a range that was not scanned; as the base store does;
  ///   `unknownOutcome` when it cannot be told whether the decision was made.
  public func commit(
    _ batch: AtomicBatch, since snapshot: TwoPhaseSnapshot?, durability: Durability
  ) async throws(StoreError) -> AtomicBatchOutcome {
    let snapshot = snapshot ?? TwoPhaseSnapshot()
    guard let plan = try CommitPlan(batch, snapshot.present) else {
      if batch.operations.isEmpty, batch.unchangedRanges.isEmpty { return .committed }
      throw StoreError(.invalidArgument, "a batch that compares and writes nothing")
    }
    let id = plan.outcome.transactionID
    LiveTransactions.insert(id)
    defer { LiveTransactions.remove(id) }
    var commit = TwoPhaseCommit(plan, resolver, snapshot, schemas, durability)
    switch try await commit.run() {
    case .refused(let outcome): return outcome
    case .committed(let locks):
      if let locks { stabilizer.add(locks) }
      return .committed
    }
  }
}

extension TwoPhaseStore: WideColumnStore {
  /// The sizes the base store accepts.
  public var limits: StoreLimits { base.limits }

  /// Which life of which store the base is.
  public var incarnation: StoreIncarnation { base.incarnation }

  /// Returns the shape of a table; throws as the base store does.
  public func schema(of table: String) async throws(StoreError) -> TableSchema {
    try await base.schema(of: table)
  }

  /// Reads one row of the base store, whatever its lock: changes that are decided and not made yet are not seen.
  ///
  /// Throws as the base store does.
  public func get(_ get: Get, in table: String) async throws(StoreError) -> RowResult? {
    try await base.get(get, in: table)
  }

  /// Begins a scan of the base store, whatever the locks.
  ///
  /// Throws as the base store does.
  public func scan(
    _ scan: Scan, in table: String
  ) async throws(StoreError) -> TwoPhaseCursor<Base> {
    TwoPhaseCursor(try await base.scan(scan, in: table))
  }

  /// Changes one row of the base store; throws as that does.
  public func checkAndMutate(
    _ operation: CheckAndMutate, in table: String, durability: Durability
  ) async throws(StoreError) -> Bool {
    try await base.checkAndMutate(operation, in: table, durability: durability)
  }
}

extension TwoPhaseStore: TableAdministration where Base: TableAdministration {
  /// Creates a table; throws as the base store does.
  public func createTable(_ schema: TableSchema) async throws(StoreError) {
    try await base.createTable(schema)
  }

  /// The shapes of all tables; throws as the base store does.
  public func tables() async throws(StoreError) -> [TableSchema] { try await base.tables() }

  /// Gives a table another schema; throws as the base store does.
  public func alterTable(_ schema: TableSchema) async throws(StoreError) {
    try await base.alterTable(schema)
  }

  /// Removes a table; throws as the base store does.
  ///
  /// Of a transaction that has been decided and not made stable yet, what it was to do to rows of other tables may be lost with
  /// the decision: drop tables when no transaction is under way on them.
  public func dropTable(_ name: String) async throws(StoreError) {
    try await base.dropTable(name)
  }

  /// Removes all rows of a table.
  ///
  /// Throws as the base store does. See ``dropTable(_:)``.
  public func truncateTable(_ name: String, keepsRegions: Bool) async throws(StoreError) {
    try await base.truncateTable(name, keepsRegions: keepsRegions)
  }
}
