// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Changes of tables, which are durable at once.
extension StoreModel {
  mutating func createTable(_ schema: TableSchema) throws(StoreError) {
    try schema.validate()
    if tables[schema.name] != nil {
      throw StoreError(.tableExists, "there is a table '\(schema.name)'")
    }
    tables[schema.name] = TableModel(schema, creation: nextSequence())
  }

  mutating func alterTable(_ schema: TableSchema) throws(StoreError) {
    try schema.validate()
    let present = try table(schema.name).schema
    if present.isTransactional, !schema.isTransactional {
      throw StoreError(.invalidArgument, "table '\(schema.name)' cannot lose the family '!lock!'")
    }
    tables[schema.name]?.alter(schema)
  }

  mutating func dropTable(_ name: String) throws(StoreError) {
    _ = try table(name)
    tables[name] = nil
  }

  mutating func truncateTable(_ name: String) throws(StoreError) {
    let schema = try table(name).schema
    tables[name] = TableModel(schema, creation: nextSequence())
  }

  /// A sequence for a change that is durable at once, with all before it.
  private mutating func nextSequence() -> UInt64 {
    lastSequence += 1
    log.append(end: lastSequence, .disk)
    log.syncAll()
    return lastSequence
  }
}
