// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
package import WideColumn

/// The shapes of tables that transactions have met.
package final class SchemaCache: Sendable {
  private let schemas = Mutex<[String: TableSchema]>([:])

  package init() {}

  package func schema(
    of table: String, in store: some WideColumnStore
  ) async throws(StoreError) -> TableSchema {
    if let known = schemas.withLock({ $0[table] }) { return known }
    let schema = try await store.schema(of: table)
    schemas.withLock { $0[table] = schema }
    return schema
  }
}
