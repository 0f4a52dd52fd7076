// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Synchronization
import Testing
import WideColumn

/// A store in memory, for servers.
struct RemoteFixture {
  static let table = TableSchema(name: "t", families: [ColumnFamily("f")])
  static let column = Column(family: "f", qualifier: "q")

  let store: EmbeddedStore

  init(
    tables: [TableSchema] = [table], timeSource: any TimeSource = SystemTimeSource()
  ) async throws {
    var configuration = StoreConfiguration()
    configuration.fileSystem = InMemoryFileSystem()
    configuration.timeSource = timeSource
    store = try await EmbeddedStore.open(at: "/store", configuration: configuration)
    for table in tables { try await store.createTable(table) }
  }

  static func put(_ row: RowKey, _ value: Bytes = "v") -> CheckAndMutate {
    CheckAndMutate([], RowMutations(row, [.put(column, timestamp: 1, value: value)]))
  }

  static func increment(_ row: RowKey) -> CheckAndMutate {
    CheckAndMutate([], RowMutations(row, [.increment(column, by: 1)]))
  }

  /// A client with a deadline that no call reaches, however busy the machine.
  static func client(port: UInt16) async throws -> RemoteStore {
    try await RemoteStore(port: port, deadline: .seconds(400))
  }

  /// The value of a row's only column.
  static func value(of row: RowKey, in store: some WideColumnStore) async throws -> Bytes? {
    try await store.get(Get(row), in: "t")?.value(family: "f", qualifier: "q")
  }

  /// The keys of all rows.
  static func rows(of store: some WideColumnStore) async throws -> [RowKey] {
    var cursor = try await store.scan(Scan(), in: "t")
    var rows: [RowKey] = []
    while let row = try await cursor.next() { rows.append(row.row) }
    return rows
  }

  /// The code of the error that a call throws; nil when it throws none.
  static func code(_ body: () async throws -> Void) async throws -> StoreError.Code? {
    do {
      try await body()
      return nil
    } catch let error as StoreError {
      return error.code
    }
  }
}

/// Decides about the next requests of a kind, once each.
final class PlannedFaults: Sendable {
  private let plan = Mutex<[(kind: StoreServerRequest.Kind, fault: StoreServerFault)]>([])
  private let seen = Mutex<[StoreServerRequest]>([])

  var requests: [StoreServerRequest] { seen.withLock { $0 } }

  func plan(_ fault: StoreServerFault, at kind: StoreServerRequest.Kind) {
    plan.withLock { $0.append((kind, fault)) }
  }

  func decide(_ request: StoreServerRequest) -> StoreServerFault? {
    seen.withLock { $0.append(request) }
    return plan.withLock { plan in
      guard let index = plan.firstIndex(where: { $0.kind == request.kind }) else { return nil }
      return plan.remove(at: index).fault
    }
  }
}

/// What reads and changes of a ``GatedStore`` wait for.
final class Gate: Sendable {
  private let state: Mutex<Bool>

  init(isOpen: Bool) { state = Mutex(isOpen) }

  func open() { state.withLock { $0 = true } }

  func pass() async throws(StoreError) {
    do {
      while !state.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(2)) }
    } catch {
      throw StoreError(.unavailable, "cancelled")
    }
  }
}

/// A store that waits before it reads or changes a row, and knows no batches.
struct GatedStore: WideColumnStore, TableAdministration {
  let base: EmbeddedStore
  let gate: Gate

  var limits: StoreLimits { base.limits }

  func schema(of table: String) async throws(StoreError) -> TableSchema {
    try await base.schema(of: table)
  }

  func get(_ get: Get, in table: String) async throws(StoreError) -> RowResult? {
    try await gate.pass()
    return try await base.get(get, in: table)
  }

  func scan(_ scan: Scan, in table: String) async throws(StoreError) -> EmbeddedStore.Cursor {
    try await base.scan(scan, in: table)
  }

  func checkAndMutate(
    _ operation: CheckAndMutate, in table: String, durability: Durability
  ) async throws(StoreError) -> Bool {
    try await gate.pass()
    return try await base.checkAndMutate(operation, in: table, durability: durability)
  }

  func createTable(_ schema: TableSchema) async throws(StoreError) {
    try await base.createTable(schema)
  }

  func tables() async throws(StoreError) -> [TableSchema] { try await base.tables() }

  func alterTable(_ schema: TableSchema) async throws(StoreError) {
    try await base.alterTable(schema)
  }

  func dropTable(_ name: String) async throws(StoreError) { try await base.dropTable(name) }

  func truncateTable(_ name: String, keepsRegions: Bool) async throws(StoreError) {
    try await base.truncateTable(name, keepsRegions: keepsRegions)
  }
}
