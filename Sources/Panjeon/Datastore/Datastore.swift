// SPDX-License-Identifier: Apache-2.0

public import PanjeonTransactions
public import WideColumn

/// The datastore of an embedded database.
public typealias DatabaseDatastore = Datastore<EmbeddedStore>

/// Typed records in trees of keys, over transactions.
///
/// ```swift
/// let datastore = try await database.openDatastore(schema)
/// let photo = try await datastore.withTransaction { transaction in
///   try await transaction.insert(Photo(takenAt: now), .photo, under: couple)
/// }
/// ```
///
/// The article <doc:TypedRecords> tells how it works and what holds. Every method may be called from any number of tasks at once.
public struct Datastore<Store: AtomicBatchStore>: Sendable {
  /// The transactions beneath.
  public let transactions: TransactionManager<Store>

  let state: DatastoreState

  /// The types it was opened with.
  public var schema: DatastoreSchema { state.schema }

  /// Opens the datastore of a store whose tables are there (``DatastoreSchema/tables``).
  ///
  /// **One datastore at a time writes to a store**: another one with another schema would not keep this one's indexes.
  ///
  /// - Parameters:
  ///   - schema: The types, as the program knows them.
  ///   - transactions: Runs its transactions.
  ///   - migrations: What is to be run once for each store, in order.
  ///   - options: Sizes and times.
  /// - Returns: The datastore, when all migrations have been run.
  /// - Throws: `schemaConflict`, `migrationOrder`; errors of the store; what migrations throw.
  public static func open(
    _ schema: DatastoreSchema, on transactions: TransactionManager<Store>,
    migrations: [Migration<Store>] = [], options: DatastoreOptions = DatastoreOptions()
  ) async throws -> Datastore {
    try schema.validate()
    try options.validate()
    let state = DatastoreState(
      schema: schema, options: options, timeSource: transactions.timeSource)
    let datastore = Datastore(transactions: transactions, state: state)
    // Mostly nothing is new, and then nothing is written: the store may be open for reading.
    var update = try await datastore.withSnapshot { try await CatalogUpdate(schema, in: &$0) }
    if !update.changed.isEmpty {
      update = try await transactions.withTransaction { transaction in
        let update = try await CatalogUpdate(schema, in: &transaction)
        try update.write(to: &transaction)
        return update
      }
    }
    for number in update.notReady { state.setReady(number, false) }
    try await datastore.settleDeletionsKept()
    try await datastore.run(migrations)
    return datastore
  }

  /// Runs `body` as a strictly serializable transaction; **`body` may run more than once**.
  ///
  /// See `TransactionManager.withTransaction(_:_:)` for retries, errors and cancellation.
  public func withTransaction<R>(
    _ options: TransactionOptions = TransactionOptions(),
    _ body: (inout Transaction<Store>) async throws -> R
  ) async throws -> R {
    try await transactions.withTransaction(options) { transaction in
      begin(&transaction)
      return try await body(&transaction)
    }
  }

  /// Runs `body` as a transaction that takes effect once for each key, and returns what it returned then.
  ///
  /// See `TransactionManager.withIdempotentTransaction(_:_:_:)`.
  public func withIdempotentTransaction(
    _ key: IdempotencyKey, _ options: TransactionOptions = TransactionOptions(),
    _ body: (inout Transaction<Store>) async throws -> Bytes
  ) async throws -> Bytes {
    try await transactions.withIdempotentTransaction(key, options) { transaction in
      begin(&transaction)
      return try await body(&transaction)
    }
  }

  /// Lets an attempt know its datastore, and those who observe know its end.
  private func begin(_ transaction: inout Transaction<Store>) {
    let changes = ChangedObjects()
    transaction[DatastoreAttemptKey.self] = DatastoreAttempt(state: state, changes: changes)
    transaction.afterCommit { [observers = state.observers] in observers.mark(changes.keys) }
  }

  /// Runs `body` on a snapshot: reads of one moment, which never block and never conflict.
  ///
  /// See `TransactionManager.withSnapshot(_:)` for when `body` runs again.
  public func withSnapshot<R>(
    _ body: (inout DatastoreSnapshot<Store>) async throws -> R
  ) async throws -> R {
    try await transactions.withSnapshot { snapshot in
      var reader = DatastoreSnapshot(snapshot: snapshot, transactions: transactions, state: state)
      return try await body(&reader)
    }
  }

  /// Takes a snapshot to read at as long as it is kept.
  ///
  /// See `TransactionManager.snapshot()`.
  public func snapshot() throws(StoreError) -> DatastoreSnapshot<Store> {
    DatastoreSnapshot(
      snapshot: try transactions.snapshot(), transactions: transactions, state: state)
  }
}

extension DatastoreSchema {
  /// The tables that it needs, the datastore's own included.
  public var tables: [TableSchema] {
    let names = Set(declarations.compactMap(\.type.table))
    return [CatalogTable.schema, BlobTable.schema]
      + names.sorted().map {
        TableSchema(name: $0, families: [.lock, ColumnFamily(AnyKey.family)])
      }
  }
}
