// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
internal import WideColumn

/// The shapes of tables as they were when they were asked for last, so that a commit need not ask each time.
///
/// A family that has been dropped since costs nothing but its own cells (``LockResolver/forward(_:durability:)``); one that has been added is looked
/// for once more before it is said not to be there.
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

  func forget() { schemas.withLock { $0 = [:] } }
}
