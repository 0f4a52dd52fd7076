// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
internal import WideColumn

/// The shapes of tables as they were when they were asked for last, so that a commit need not ask each time.
///
/// A family that is not there is looked for once more before that is said; and while the rows are locked the shapes are read anew, so that nothing is decided
/// that names a family which was dropped before. One that is dropped after that takes its cells with it (``LockResolver/forward(_:durability:)``).
final class SchemaCache: Sendable {
  private let schemas = Mutex<[String: TableSchema]>([:])

  /// How many tables are known at the most.
  private static var tablesMax: Int { 1024 }

  /// The shape of a table.
  ///
  /// Throws as the store does.
  func schema<Store: WideColumnStore>(
    of table: String, in store: Store
  ) async throws(StoreError) -> TableSchema {
    if let known = schemas.withLock({ $0[table] }) { return known }
    let schema = try await store.schema(of: table)
    schemas.withLock { schemas in
      if schemas.count >= Self.tablesMax { schemas = [:] }
      schemas[table] = schema
    }
    return schema
  }

  /// Reads the shapes of tables anew.
  func refreshed<Store: WideColumnStore>(
    _ tables: [String], in store: Store
  ) async -> Result<[String: TableSchema], StoreError> {
    await Result { () async throws(StoreError) in
      var fresh: [String: TableSchema] = [:]
      let results = await concurrently(tables, atMost: tables.count) { table in
        await Result { () async throws(StoreError) in try await store.schema(of: table) }
      }
      for (table, result) in zip(tables, results) { fresh[table] = try result.get() }
      let found = fresh
      schemas.withLock { $0.merge(found) { $1 } }
      return fresh
    }
  }

  func forget() { schemas.withLock { $0 = [:] } }
}
