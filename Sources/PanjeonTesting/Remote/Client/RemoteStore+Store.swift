// SPDX-License-Identifier: Apache-2.0

public import WideColumn

extension RemoteStore: WideColumnStore {
  /// Returns the shape of a table; throws as the store does, and as the type says.
  public func schema(of table: String) async throws(StoreError) -> TableSchema {
    let call = RemoteCall.schema(of: table)
    guard case .schema(let schema) = try await self.call(call).answer else {
      throw Self.nonsense(call)
    }
    return schema
  }

  /// Reads one row; throws as the store does, and as the type says.
  public func get(_ get: Get, in table: String) async throws(StoreError) -> RowResult? {
    let call = RemoteCall.get(get, table: table)
    guard case .row(let row) = try await self.call(call).answer else { throw Self.nonsense(call) }
    return row
  }

  /// Begins a scan and reads its first rows; throws as the store does, and as the type says.
  public func scan(_ scan: Scan, in table: String) async throws(StoreError) -> RemoteCursor {
    let call = RemoteCall.scan(scan, table: table)
    let (answer, connection) = try await self.call(call)
    guard case .rows(let page) = answer else { throw Self.nonsense(call) }
    return RemoteCursor(self, page, connection: connection)
  }

  /// Changes one row; throws as the store does, and as the type says.
  public func checkAndMutate(
    _ operation: CheckAndMutate, in table: String, durability: Durability
  ) async throws(StoreError) -> Bool {
    let call = RemoteCall.checkAndMutate(operation, table: table, durability)
    guard case .holds(let holds) = try await self.call(call).answer else {
      throw Self.nonsense(call)
    }
    return holds
  }
}

extension RemoteStore: BatchStore {
  /// Makes each change whose conditions hold, all in one call; when that fails, each of them has its error.
  public func checkAndMutate(
    batch: [CheckAndMutate], in table: String, durability: Durability
  ) async -> [Result<Bool, StoreError>] {
    if batch.isEmpty { return [] }
    let call = RemoteCall.checkAndMutateBatch(batch, table: table, durability)
    do throws(StoreError) {
      guard case .results(let results) = try await self.call(call).answer,
        results.count == batch.count
      else { throw Self.nonsense(call) }
      return results
    } catch {
      return batch.map { _ in .failure(error) }
    }
  }
}

extension RemoteStore: TableAdministration {
  /// Creates a table; throws as the store does, and as the type says.
  public func createTable(_ schema: TableSchema) async throws(StoreError) {
    try await change(.createTable(schema))
  }

  /// The shapes of all tables; throws as the store does, and as the type says.
  public func tables() async throws(StoreError) -> [TableSchema] {
    guard case .schemas(let schemas) = try await call(.tables).answer else {
      throw Self.nonsense(.tables)
    }
    return schemas
  }

  /// Gives a table another schema; throws as the store does, and as the type says.
  public func alterTable(_ schema: TableSchema) async throws(StoreError) {
    try await change(.alterTable(schema))
  }

  /// Removes a table; throws as the store does, and as the type says.
  public func dropTable(_ name: String) async throws(StoreError) {
    try await change(.dropTable(name))
  }

  /// Removes all rows of a table; throws as the store does, and as the type says.
  public func truncateTable(_ name: String, keepsRegions: Bool) async throws(StoreError) {
    try await change(.truncateTable(name, keepsRegions: keepsRegions))
  }

  private func change(_ call: RemoteCall) async throws(StoreError) {
    guard case .done = try await self.call(call).answer else { throw Self.nonsense(call) }
  }
}
