// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Changes of schemas")
struct SchemaTests {
  private static let schema = TableSchema(
    name: "t", families: [ColumnFamily("a", versionsMax: 2), ColumnFamily("b")])

  private func put(
    _ store: EmbeddedStore, _ row: RowKey, _ families: [String] = ["a", "b"], _ value: Bytes = "v",
    durability: Durability = .memory
  ) async throws {
    var put = Put(row)
    for family in families { put.add(family: family, qualifier: "q", value: value) }
    try await store.put(put, in: "t", durability: durability)
  }

  private func rows(_ store: EmbeddedStore) async throws -> [String: [String]] {
    var rows: [String: [String]] = [:]
    for row in try await TestStore.rows(store.scan(Scan(versionsMax: 9), in: "t")) {
      rows["\(row.row)"] = row.map { "\($0.column)=\($0.value)" }
    }
    return rows
  }

  @Test("Families come and go, and one of an old name begins empty", arguments: [false, true])
  func families(isFlushed: Bool) async throws {
    let disk = InMemoryFileSystem()
    var store = try await TestStore.open(disk)
    try await store.createTable(Self.schema, splitAt: ["m"])
    for row in ["c", "p"] as [RowKey] { try await put(store, row) }
    if isFlushed { try await store.flush() }
    try await store.addFamily(
      ColumnFamily("c", timeToLive: .seconds(1 << 30), localityGroup: "second"), to: "t")
    try await put(store, "c", ["c"])
    #expect(try await rows(store) == ["c": ["a:q=v", "b:q=v", "c:q=v"], "p": ["a:q=v", "b:q=v"]])
    try await store.dropFamily("b", of: "t")
    let unknown = await #expect(throws: StoreError.self) { try await put(store, "c", ["b"]) }
    #expect(unknown?.code == .noSuchFamily)
    #expect(try await rows(store) == ["c": ["a:q=v", "c:q=v"], "p": ["a:q=v"]])
    if isFlushed { try await store.flush() }
    try await store.addFamily(ColumnFamily("b"), to: "t")
    #expect(try await rows(store) == ["c": ["a:q=v", "c:q=v"], "p": ["a:q=v"]])
    try await put(store, "p", ["b"], "new")
    for _ in 0..<2 {
      #expect(try await rows(store) == ["c": ["a:q=v", "c:q=v"], "p": ["a:q=v", "b:q=new"]])
      let known = try await store.schema(of: "t")
      #expect(known.families.map(\.name) == ["a", "b", "c"])
      #expect(known.family(named: "c")?.timeToLive == .seconds(1 << 30))
      try await store.close()
      store = try await TestStore.open(disk)
    }
    try await store.close()
  }

  @Test("A family that keeps more versions, or fewer, does so from then on")
  func versions() async throws {
    let store = try await TestStore.open(InMemoryFileSystem())
    try await store.createTable(Self.schema)
    for value in ["1", "2", "3"] as [Bytes] { try await put(store, "r", ["a"], value) }
    #expect(try await rows(store) == ["r": ["a:q=3", "a:q=2"]])
    var schema = try await store.schema(of: "t")
    schema.set([ColumnFamily("a", versionsMax: 1), ColumnFamily("b")])
    try await store.alterTable(schema)
    #expect(try await rows(store) == ["r": ["a:q=3"]])
    schema.set([ColumnFamily("a", versionsMax: 3), ColumnFamily("b")])
    try await store.alterTable(schema)
    // Nothing has been compacted since.
    #expect(try await rows(store) == ["r": ["a:q=3", "a:q=2", "a:q=1"]])
    try await store.close()
  }

  @Test("A truncated table is empty for good, and takes writes", arguments: [true, false])
  func truncate(keepsRegions: Bool) async throws {
    var disk = InMemoryFileSystem()
    var store = try await TestStore.open(disk)
    try await store.createTable(Self.schema, splitAt: ["m"])
    try await put(store, "c")
    try await store.flush()
    try await put(store, "p")
    let before = try store.snapshot(.visible)
    var begun = try await store.scan(Scan(), in: "t", at: before)
    try await store.truncateTable("t", keepsRegions: keepsRegions)
    #expect(try await rows(store) == [:])
    #expect(try await store.info().tables[0].regions.count == (keepsRegions ? 2 : 1))
    // Snapshots see what they saw, and what had begun goes on.
    #expect(try await store.get(Get("c"), in: "t", at: before)?.count == 2)
    #expect(
      try await TestStore.rows(store.scan(Scan(), in: "t", at: before)).map(\.row) == ["c", "p"])
    #expect(try await begun.next()?.row == "c")
    try await put(store, "n", durability: .operatingSystem)
    #expect(try disk.list("/store").filter { $0.hasSuffix(".sst") }.isEmpty)
    for _ in 0..<2 {
      #expect(try await rows(store) == ["n": ["a:q=v", "b:q=v"]])
      // As if the process had died: the log is replayed.
      disk = disk.killProcess()
      store = try await TestStore.open(disk)
    }
    try await store.close()
  }

  @Test("A dropped table is gone, and another of its name begins empty")
  func drop() async throws {
    var disk = InMemoryFileSystem()
    var store = try await TestStore.open(disk)
    try await store.createTable(Self.schema)
    try await put(store, "c")
    try await store.dropTable("t")
    for _ in 0..<2 {
      let error = await #expect(throws: StoreError.self) { try await put(store, "c") }
      #expect(error?.code == .noSuchTable)
      #expect(try await store.tables() == [])
      disk = disk.killProcess()
      store = try await TestStore.open(disk)
    }
    try await store.createTable(Self.schema)
    #expect(try await rows(store) == [:])
    try await store.close()
  }

  @Test("Writers beside truncations lose only what came before one of them")
  func beside() async throws {
    let store = try await TestStore.open(InMemoryFileSystem())
    try await store.createTable(Self.schema, splitAt: ["m"])
    try await withThrowingTaskGroup { group in
      for writer in 0..<4 {
        group.addTask {
          for number in 0..<150 {
            try await put(store, Bytes(utf8: "\(["c", "p"][number % 2])\(writer)"), ["a"])
          }
        }
      }
      group.addTask {
        for _ in 0..<8 { try await store.truncateTable("t") }
      }
      try await group.waitForAll()
    }
    try await store.truncateTable("t")
    try await put(store, "last", ["a"])
    #expect(try await rows(store) == ["last": ["a:q=v"]])
    try await store.close()
  }

  @Test(
    "Rows are removed by the range, and the table stays cut as it was", arguments: [false, true])
  func deleteRows(isFlushed: Bool) async throws {
    let ranges: [KeyRange] = [
      KeyRange(from: "b", to: "c"), KeyRange(from: "b"), KeyRange(from: "", to: "p"), .all,
      KeyRange(from: "m", to: "q"), KeyRange(from: "c", to: "q"), .single("d"),
      KeyRange(from: "x", to: "y"), KeyRange(from: "q", to: "q"),
    ]
    let names: [RowKey] = ["a", "b", "c", "d", "m", "p", "q", "z"]
    for range in ranges {
      var disk = InMemoryFileSystem()
      var store = try await TestStore.open(disk)
      try await store.createTable(Self.schema, splitAt: ["m"])
      for name in names { try await put(store, name, ["a"], "old", durability: .operatingSystem) }
      if isFlushed { try await store.flush() }
      let before = try store.snapshot(.visible)
      try await store.deleteRows(in: range, of: "t")
      let left = names.filter { !range.contains($0) }.map { "\($0)" }.sorted()
      #expect(try await rows(store).keys.sorted() == left, "\(range)")
      let seen = try await TestStore.rows(store.scan(Scan(), in: "t", at: before))
      #expect(seen.map(\.row) == names)
      try await put(store, "d", ["a"], "new", durability: .operatingSystem)
      for _ in 0..<2 {
        let now = try await rows(store)
        #expect(now.keys.sorted() == Set(left + ["d"]).sorted(), "\(range)")
        #expect(now["d"] == (range.contains("d") ? ["a:q=new"] : ["a:q=new", "a:q=old"]))
        disk = disk.killProcess()
        store = try await TestStore.open(disk)
      }
      #expect(try store.catalog.table("t").regions.count <= 2)
      try await store.close()
    }
  }

  @Test("A range that was truncated has changed")
  func ranges() async throws {
    let store = try await TestStore.open(InMemoryFileSystem())
    try await store.createTable(Self.schema)
    try await put(store, "c")
    let snapshot = try store.snapshot(.sequenced)
    try await store.truncateTable("t")
    let batch = AtomicBatch(
      operations: [], unchangedRanges: [UnchangedRange(table: "t", rows: .prefix("c"))])
    let outcome = try await store.commit(batch, since: snapshot, durability: .memory)
    #expect(outcome == .rangeChanged(range: 0, row: "c"))
    let later = try store.snapshot(.sequenced)
    #expect(try await store.commit(batch, since: later, durability: .memory) == .committed)
    try await store.close()
  }

  @Test("A table that was dropped and created again is another one to older snapshots")
  func createdAgain() async throws {
    let store = try await TestStore.open(InMemoryFileSystem())
    try await store.createTable(Self.schema)
    try await put(store, "c")
    let snapshot = try store.snapshot(.sequenced)
    try await store.dropTable("t")
    let between = try store.snapshot(.sequenced)
    try await store.createTable(Self.schema)
    let batch = AtomicBatch(
      operations: [], unchangedRanges: [UnchangedRange(table: "t", rows: .prefix("c"))])
    let outcome = try await store.commit(batch, since: snapshot, durability: .memory)
    #expect(outcome == .rangeChanged(range: 0, row: "c"))
    #expect(try await store.commit(batch, since: between, durability: .memory) == .committed)
    #expect(
      await errorOf { _ = try await store.get(Get("c"), in: "t", at: snapshot) }?.code
        == .noSuchTable)
    #expect(
      await errorOf { _ = try await store.scan(Scan(), in: "t", at: snapshot) }?.code
        == .noSuchTable)
    #expect(try await store.get(Get("c"), in: "t", at: between) == nil)
    try await put(store, "d")
    try await store.deleteRows(in: .prefix("d"), of: "t")
    #expect(
      await errorOf { _ = try await store.get(Get("c"), in: "t", at: snapshot) }?.code
        == .noSuchTable)
    #expect(try await store.get(Get("d"), in: "t", at: between) == nil)
    try await store.close()
  }

  @Test("What makes no sense is refused")
  func refusals() async throws {
    let store = try await TestStore.open(InMemoryFileSystem())
    try await store.createTable(TestStore.schema)
    try await store.addFamily(.lock, to: "t")
    func refused(_ families: [ColumnFamily], _ code: StoreError.Code) async throws {
      var schema = try await store.schema(of: "t")
      schema.set(families)
      let error = await #expect(throws: StoreError.self) { try await store.alterTable(schema) }
      #expect(error?.code == code)
    }
    try await refused([ColumnFamily("data")], .invalidArgument)
    try await refused([.lock, ColumnFamily("data", localityGroup: "elsewhere")], .invalidArgument)
    try await refused([.lock, ColumnFamily("data", versionsMax: 0)], .invalidArgument)
    for name in ["nowhere", ""] {
      let error = await #expect(throws: StoreError.self) { try await store.truncateTable(name) }
      #expect(error?.code == .noSuchTable)
    }
    let twice = await #expect(throws: StoreError.self) {
      try await store.addFamily(ColumnFamily("data"), to: "t")
    }
    #expect(twice?.code == .invalidArgument)
    let missing = await #expect(throws: StoreError.self) {
      try await store.dropFamily("no", of: "t")
    }
    #expect(missing?.code == .noSuchFamily)
    try await store.close()
  }
}
