// SPDX-License-Identifier: Apache-2.0

public import WideColumn

extension SimulatedStore: TableAdministration {
  /// Creates a table; durable at once.
  ///
  /// Throws `tableExists`, `invalidArgument`; faults.
  public func createTable(_ schema: TableSchema) async throws(StoreError) {
    try await call(.administration) { model, _ throws(StoreError) in
      try model.createTable(schema)
    }
  }

  /// The shapes of all tables, by name.
  public func tables() async throws(StoreError) -> [TableSchema] {
    try await call(.read) { model, _ throws(StoreError) in
      model.tables.values.map(\.schema).sorted { $0.name < $1.name }
    }
  }

  /// Gives a table another schema of the same name; durable at once.
  ///
  /// Throws `noSuchTable`, `invalidArgument`; faults.
  public func alterTable(_ schema: TableSchema) async throws(StoreError) {
    try await call(.administration) { model, _ throws(StoreError) in
      try model.alterTable(schema)
    }
  }

  /// Removes a table and all that it holds; durable at once.
  ///
  /// Throws `noSuchTable`; faults.
  public func dropTable(_ name: String) async throws(StoreError) {
    try await call(.administration) { model, _ throws(StoreError) in try model.dropTable(name) }
  }

  /// Removes all rows of a table, at every snapshot; durable at once.
  ///
  /// Throws `noSuchTable`; faults.
  public func truncateTable(_ name: String, keepsRegions: Bool) async throws(StoreError) {
    try await call(.administration) { model, _ throws(StoreError) in
      try model.truncateTable(name)
    }
  }
}
