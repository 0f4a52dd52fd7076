// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Ingestion beside changes of schemas")
struct IngestionSchemaTests {
  private static let schema = TableSchema(
    name: "t", families: [ColumnFamily("data"), ColumnFamily("other")])

  /// Ingests rows into a table while it is changed.
  private static func ingest(
    into store: EmbeddedStore, _ change: () async throws -> Void
  ) async throws {
    _ = try await store.ingest(into: "t") { writer in
      for number in 10..<40 {
        if number == 20 { try await change() }
        // Large enough for what comes before the change to be written by then.
        var put = Put(Bytes(utf8: "row \(number)"))
        let value = Bytes([UInt8](repeating: UInt8(number), count: 200_000))
        put.add(family: "data", qualifier: "q", value: value)
        put.add(family: "other", qualifier: "q", value: "1")
        try await writer.append(put)
      }
    }
  }

  private static func open() async throws -> (EmbeddedStore, InMemoryFileSystem) {
    let disk = InMemoryFileSystem()
    let store = try await TestStore.open(disk)
    try await store.createTable(schema)
    return (store, disk)
  }

  private static func rowCount(_ store: EmbeddedStore) async throws -> Int {
    try await TestStore.rows(store.scan(Scan(), in: "t")).count
  }

  @Test(
    "Rows for a table that is dropped meanwhile are refused, and none lands in one that takes its name"
  )
  func dropped() async throws {
    for isCreatedAgain in [false, true] {
      let (store, disk) = try await Self.open()
      let error = await errorOf {
        try await Self.ingest(into: store) {
          try await store.dropTable("t")
          guard isCreatedAgain else { return }
          // Until the log has nothing of the table any more, and the MANIFEST has forgotten its regions.
          try await store.createTable(Self.schema)
          try await TestStore.settle(store)
        }
      }
      #expect(error?.code == .noSuchTable, "\(String(describing: error))")
      if isCreatedAgain { #expect(try await Self.rowCount(store) == 0) }
      #expect(try !disk.list("/store").contains { $0.hasSuffix(".sst") })
      #expect(try await store.verify(isDeep: true).isSound)
      try await store.close()
      try await TestStore.open(disk).close()
    }
  }

  @Test(
    "The numbers of tables and regions are not used again, not even by a store that was opened again"
  )
  func numbers() async throws {
    var (store, disk) = try await Self.open()
    var tables: Set<UInt32> = [try store.catalog.table("t").record.id]
    var regions = Set(try store.catalog.table("t").regions.map(\.id))
    for round in 0..<6 {
      try await store.dropTable("t")
      if round % 2 == 1 {
        // Twice: the first one still remembers what the log may have of them.
        for _ in 0..<2 {
          try await store.close()
          store = try await TestStore.open(disk)
        }
      }
      try await store.createTable(Self.schema)
      #expect(tables.insert(try store.catalog.table("t").record.id).inserted)
      for region in try store.catalog.table("t").regions {
        #expect(regions.insert(region.id).inserted)
      }
    }
    try await store.close()
  }

  @Test("The number of a region that the MANIFEST has forgotten is not used again")
  func numbersOfForgottenRegions() async throws {
    let disk = InMemoryFileSystem()
    var store = try await TestStore.open(disk)
    var other = Self.schema
    other.name = "other"
    try await store.createTable(other)
    var regions = Set(try store.catalog.table("other").regions.map(\.id))
    for _ in 0..<3 {
      try await store.createTable(Self.schema)
      let new = try store.catalog.table("t").regions.map(\.id)
      #expect(new.allSatisfy { regions.insert($0).inserted }, "\(new) once more")
      try await store.dropTable("t")
      try await store.close()
      store = try await TestStore.open(disk)
      // A new log and a flush: no log that is needed can have anything of the regions.
      var put = Put("r")
      put.add(family: "data", qualifier: "q", value: Bytes([UInt8](repeating: 1, count: 40_000)))
      for _ in 0..<2 { try await store.put(put, in: "other", durability: .disk) }
      try await TestStore.settle(store)
      let background = try #require(store.background)
      #expect(background.environment.versions.state.retiredRegions == [])
      // Twice: the MANIFEST that is read first began when it still remembered them.
      for _ in 0..<2 {
        try await store.close()
        store = try await TestStore.open(disk)
      }
    }
    try await store.close()
  }

  @Test("Rows come behind a removal of rows, and without the cells of a family that was dropped")
  func removed() async throws {
    let (store, _) = try await Self.open()
    try await store.put(
      {
        var put = Put("row 39 old")
        put.add(family: "data", qualifier: "q", value: "1")
        return put
      }(), in: "t", durability: .memory)
    try await Self.ingest(into: store) { try await store.truncateTable("t") }
    #expect(try await Self.rowCount(store) == 30)
    try await Self.ingest(into: store) { try await store.dropFamily("other", of: "t") }
    for row in try await TestStore.rows(store.scan(Scan(), in: "t")) {
      #expect(row.value(family: "data", qualifier: "q")?.count == 200_000)
      #expect(row.value(family: "other", qualifier: "q") == nil)
    }
    try await store.flush()
    try await TestStore.settle(store)
    #expect(try await store.verify(isDeep: true).isSound)
    try await store.close()
  }
}
