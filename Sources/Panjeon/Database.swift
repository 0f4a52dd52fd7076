// SPDX-License-Identifier: Apache-2.0

public import PanjeonStorage
public import PanjeonTransactions
public import WideColumn

/// A transaction of a ``Database``.
public typealias DatabaseTransaction = Transaction<EmbeddedStore>

/// A snapshot of a ``Database``.
public typealias DatabaseSnapshot = SnapshotTransaction<EmbeddedStore>

/// A store in a directory with serializable transactions over any of its rows.
///
/// Every method may be called from any number of tasks at once.
public final class Database: Sendable {
  /// The store beneath, for what transactions do not offer: backups, checkpoints, metrics, regions, schemas, ingestion.
  ///
  /// It refuses plain writes to tables that take part in transactions, but by `EmbeddedStore.commitBypassingTransactions(_:durability:)`.
  public let store: EmbeddedStore

  let transactions: TransactionManager<EmbeddedStore>

  private init(_ store: EmbeddedStore) {
    self.store = store
    transactions = TransactionManager(
      store: store, timeSource: store.configuration.timeSource, seed: Platform.randomSeed(),
      // No other process has the store open for writing.
      locks: LockOptions(ownersAreInThisProcess: true))
  }

  /// Opens a database, creating it if it is missing and recovering it if it was not closed.
  ///
  /// - Parameters:
  ///   - path: The directory.
  ///   - configuration: Sizes, bounds, file system, clock.
  /// - Returns: The database; close it when done.
  /// - Throws: As `EmbeddedStore.open(at:configuration:)`.
  public static func open(
    at path: String, configuration: StoreConfiguration = StoreConfiguration()
  ) async throws(StoreError) -> Database {
    Database(try await EmbeddedStore.open(at: path, configuration: configuration))
  }

  /// Opens a database for reading, as it is at this moment, beside a process that may be writing it.
  ///
  /// - Parameters:
  ///   - path: The directory.
  ///   - configuration: Sizes, bounds, file system, clock.
  /// - Returns: The database; close it when done.
  /// - Throws: As `EmbeddedStore.openReadOnly(at:configuration:)`.
  public static func openReadOnly(
    at path: String, configuration: StoreConfiguration = StoreConfiguration()
  ) async throws(StoreError) -> Database {
    Database(try await EmbeddedStore.openReadOnly(at: path, configuration: configuration))
  }

  /// Reads a store that has been opened for reading in another way.
  package convenience init(reading store: EmbeddedStore) { self.init(store) }

  /// Closes the database; see `EmbeddedStore.close()`.
  public func close() async throws(StoreError) {
    try await store.close()
  }

  /// Creates a table that transactions can use: with the family `!lock!`, added if it is missing.
  ///
  /// Durable when it returns. Throws `tableExists`, `invalidArgument`, `readOnly`, `io`.
  public func createTable(_ schema: TableSchema) async throws(StoreError) {
    try await store.createTable(schema.withLockFamily)
  }

  /// Creates a table that transactions can use, cut into regions from the start; durable when it returns.
  ///
  /// - Parameters:
  ///   - schema: The table's shape.
  ///   - points: The first rows of all regions but the first one, ascending.
  /// - Throws: As ``createTable(_:)``, and `limitExceeded`.
  public func createTable(
    _ schema: TableSchema, splitAt points: [RowKey]
  ) async throws(StoreError) {
    try await store.createTable(schema.withLockFamily, splitAt: points)
  }

  /// Creates a table unless there is one of that name, whatever its shape.
  ///
  /// - Parameter schema: The table's shape.
  /// - Returns: Whether it was created.
  /// - Throws: As ``createTable(_:)``, but for `tableExists`.
  @discardableResult
  public func createTableIfNeeded(_ schema: TableSchema) async throws(StoreError) -> Bool {
    do {
      try await createTable(schema)
      return true
    } catch {
      guard error.code == .tableExists else { throw error }
      return false
    }
  }

  /// Lets a table take part in transactions that was created without the family `!lock!`, with all that it holds.
  ///
  /// See `TransactionManager.enableTransactions(in:)`.
  @discardableResult
  public func enableTransactions(in table: String) async throws(StoreError) -> Bool {
    try await transactions.enableTransactions(in: table)
  }

  /// The shapes of all tables, by name.
  public func tables() async throws(StoreError) -> [TableSchema] {
    try await store.tables()
  }

  /// What transactions have come to since the database was opened.
  public var transactionStatistics: TransactionStatistics { transactions.statistics }

  /// Runs `body` as a strictly serializable transaction; **`body` may run more than once**.
  ///
  /// See `TransactionManager.withTransaction(_:_:)` for retries, errors and cancellation.
  public func withTransaction<R>(
    _ options: TransactionOptions = TransactionOptions(),
    _ body: (inout DatabaseTransaction) async throws -> R
  ) async throws -> R {
    try await transactions.withTransaction(options, body)
  }

  /// Runs `body` as a transaction that takes effect once for each key, and returns what it returned then.
  ///
  /// See `TransactionManager.withIdempotentTransaction(_:_:_:)`.
  public func withIdempotentTransaction(
    _ key: IdempotencyKey, _ options: TransactionOptions = TransactionOptions(),
    _ body: (inout DatabaseTransaction) async throws -> Bytes
  ) async throws -> Bytes {
    try await transactions.withIdempotentTransaction(key, options, body)
  }

  /// Runs `body` on a snapshot: reads of one moment, which never block and never conflict.
  public func withSnapshot<R>(_ body: (DatabaseSnapshot) async throws -> R) async throws -> R {
    try await transactions.withSnapshot(body)
  }

  /// Takes a snapshot to read at as long as it is kept.
  ///
  /// See `TransactionManager.snapshot()`.
  public func snapshot() throws(StoreError) -> DatabaseSnapshot {
    try transactions.snapshot()
  }

  /// Finds out how a transaction of unknown outcome ended.
  ///
  /// See `TransactionManager.resolve(_:)`.
  public func resolve(
    _ transaction: InDoubtTransaction
  ) async throws(StoreError) -> TransactionOutcome {
    try await transactions.resolve(transaction)
  }

  /// Reads one row as it is visible now; nil when it has none of the selected cells.
  ///
  /// Throws errors of the store.
  public func get(_ get: Get, in table: String) async throws(StoreError) -> RowResult? {
    // As of a snapshot that nothing else is read at, and that need not be kept.
    try get.validate()
    return try await store.get(get.withHeader(), in: table)?.withoutLock(cellsMax: get.cellsMax)
  }

  /// Finds the locks of a table that are not stable.
  ///
  /// See `TransactionManager.unstableLocks(in:rows:olderThan:locksMax:)`.
  public func unstableLocks(
    in table: String, rows: KeyRange = .all, olderThan age: Duration = .zero, locksMax: Int = 1000
  ) async throws(StoreError) -> [RowLock] {
    try await transactions.unstableLocks(
      in: table, rows: rows, olderThan: age, locksMax: locksMax)
  }

  /// Removes the locks of rows of a table that hold nothing else.
  ///
  /// See `TransactionManager.collectGhostRows(in:rows:olderThan:rowsMax:)`.
  public func collectGhostRows(
    in table: String, rows: KeyRange = .all, olderThan age: Duration = .seconds(86_400),
    rowsMax: Int? = nil
  ) async throws(StoreError) -> GhostRowCollection {
    try await transactions.collectGhostRows(
      in: table, rows: rows, olderThan: age, rowsMax: rowsMax)
  }

  /// Removes ghost rows of some tables again and again, until its task is cancelled or the database is closed.
  ///
  /// See `TransactionManager.keepCollectingGhostRows(in:every:olderThan:rowsPerPiece:onPass:)`.
  public func keepCollectingGhostRows(
    in tables: [String], every interval: Duration = .seconds(3600),
    olderThan age: Duration = .seconds(86_400), rowsPerPiece: Int = 10_000,
    onPass: @Sendable (_ table: String, GhostRowCollection) -> Void = { _, _ in }
  ) async throws(StoreError) {
    try await transactions.keepCollectingGhostRows(
      in: tables, every: interval, olderThan: age, rowsPerPiece: rowsPerPiece, onPass: onPass)
  }

  /// The rows of a scan of a snapshot that is taken when the iteration begins.
  public func scan(_ scan: Scan = Scan(), in table: String) -> RowSequence {
    RowSequence(transactions: transactions, scan: scan, table: table)
  }
}

/// Opens a database, runs `body` on it, and closes it, whether or not `body` throws.
///
/// - Parameters:
///   - path: The directory.
///   - configuration: Sizes, bounds, file system, clock.
///   - body: Uses the database, which must not be kept.
/// - Returns: What `body` returns.
/// - Throws: What `body` throws; else errors of opening and closing.
public func withDatabase<R>(
  at path: String, configuration: StoreConfiguration = StoreConfiguration(),
  _ body: (Database) async throws -> R
) async throws -> R {
  let database = try await Database.open(at: path, configuration: configuration)
  let result: R
  do {
    result = try await body(database)
  } catch {
    let failure = error
    do {
      try await database.close()
    } catch {
      // The body's error is the one to be told of.
    }
    throw failure
  }
  try await database.close()
  return result
}
