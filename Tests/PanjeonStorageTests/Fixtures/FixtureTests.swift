// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

/// Stores written by released versions, which every later version must open.
///
/// `Tests/Fixtures/1` was written by this library's first format: SSTables of each codec, and a log that was not
/// closed. `Tests/Fixtures/1-rows` has SSTables of many rows, whose filters have more than one line, closed
/// cleanly. `Tests/Fixtures/1-regions` was killed right after splits and a merge: regions share files, and the log has
/// records of regions that are gone. With PANJEON_WRITE_FIXTURE set the test writes what is missing; that is done once for each format.
@Suite("Fixtures")
struct FixtureTests {
  private static let directory = {
    let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    return parts.dropLast(3).joined(separator: "/") + "/Fixtures/"
  }()

  private static let rows = (0..<1500).map { Bytes(utf8: "user \($0 &* 7919 % 1500)") }

  private func workload() -> CrashWorkload { CrashWorkload(random: SplitMix64(seed: 1)) }

  private func write(_ disk: InMemoryFileSystem) async throws -> Contents {
    let store = try await TestStore.open(disk)
    for (table, codec) in zip(CrashWorkload.tables, [LocalityGroup.Compression.lz4, .snappy]) {
      try await store.createTable(
        TableSchema(
          name: table, families: TestStore.schema.families,
          localityGroups: [LocalityGroup("default", compression: codec)]))
    }
    var workload = workload()
    for _ in 0..<150 { try await workload.step(store) }
    _ = try await store.commit(AtomicBatch(), since: nil, durability: .disk)
    return workload.oracle.last
  }

  @Test("A store of format 1 opens with everything in it")
  func formatOne() async throws {
    var model = workload()
    for _ in 0..<150 {
      let batch = model.nextBatch()
      _ = model.random.below(3)
      model.oracle.record { CrashWorkload.apply(batch, to: &$0) }
    }
    let store = try await TestStore.open(try load("1"))
    #expect(store.recovery.recordsReplayed > 0)
    let info = try await store.info()
    #expect(info.tables.contains { $0.regions[0].groups[0].fileBytes > 0 })
    #expect(try await CrashWorkload.contents(of: store) == model.oracle.last)
    try await store.close()
  }

  @Test("Every row of SSTables of format 1 with many rows is found, and no other")
  func manyRows() async throws {
    let store = try await TestStore.open(try load("1-rows"))
    for row in Self.rows {
      let found = try await store.get(Get(row), in: "t")
      #expect(found?.value(family: "data", qualifier: "q") == row)
      let absent = try await store.get(Get(Bytes(Array(row) + [0x78])), in: "t")
      #expect(absent == nil)
    }
    try await store.close()
  }

  private static let policy = SplitPolicy(
    .constantSize(bytesMax: 1 << 30), grouping: .delimiter(UInt8(ascii: "\n")))

  @Test(
    "A store of format 1 killed after splits and a merge has its regions, and every row in one of them"
  )
  func regions() async throws {
    let store = try await TestStore.open(try load("1-regions"))
    #expect(store.recovery.recordsReplayed > 0)
    let table = try #require(try await store.info().tables.first)
    #expect(table.schema.splitPolicy == Self.policy)
    #expect(table.regions.map(\.rows.start) == ["", "user 3", "user 9"])
    #expect(table.regions[0].parents.count == 2 && table.regions[2].parents.count == 1)
    let rows = try await TestStore.rows(store.scan(Scan(), in: "t"))
    #expect(rows.map(\.row) == Self.rows.sorted())
    for row in rows {
      let isNew = row.row > "user 5"
      #expect(row.value(family: "data", qualifier: "q") == (isNew ? "later" : row.row))
    }
    try await store.close()
  }

  private func writeRegions() async throws -> InMemoryFileSystem {
    let disk = InMemoryFileSystem()
    let store = try await TestStore.open(disk)
    var schema = TestStore.schema
    schema.splitPolicy = Self.policy
    try await store.createTable(schema)
    func put(_ row: Bytes, _ value: Bytes) async throws {
      let put = Mutation.put(Column(family: "data", qualifier: "q"), timestamp: nil, value: value)
      try await store.mutate(RowMutations(row, [put]), in: "t")
    }
    for row in Self.rows { try await put(row, row) }
    try await TestStore.settle(store)
    for row in Self.rows where row > "user 5" { try await put(row, "later") }
    for row in ["user 2", "user 3", "user 9"] as [Bytes] {
      try await store.split(table: "t", at: row)
    }
    let regions = try store.catalog.table("t").regions
    _ = try await store.mergeRegions(regions[0].id, regions[1].id)
    return disk.killProcess()
  }

  @Test("Fixtures are written when that is asked for")
  func writeFixtures() async throws {
    guard TestSeed.isSet("PANJEON_WRITE_FIXTURE") else { return }
    let killed = InMemoryFileSystem()
    _ = try await write(killed)
    try save(killed.killProcess(), "1")
    let closed = InMemoryFileSystem()
    let store = try await TestStore.open(closed)
    try await store.createTable(TestStore.schema)
    for row in Self.rows {
      let put = Mutation.put(Column(family: "data", qualifier: "q"), timestamp: nil, value: row)
      try await store.mutate(RowMutations(row, [put]), in: "t")
    }
    try await store.close()
    try save(closed, "1-rows")
    try save(try await writeRegions(), "1-regions")
  }

  /// Copies a fixture into memory, so that opening it does not change it.
  private func load(_ name: String) throws -> InMemoryFileSystem {
    let system = PosixFileSystem()
    let disk = InMemoryFileSystem()
    try disk.createDirectory("/store")
    for file in try system.list(Self.directory + name) {
      let source = try system.open(Self.directory + name + "/" + file, .read)
      let bytes = try source.readUpTo(Int(source.size()), at: 0)
      let copy = try disk.open("/store/" + file, .createNew)
      try bytes.withRawBytes { (buffer) throws(StoreError) in try copy.write(buffer, at: 0) }
    }
    return disk
  }

  private func save(_ disk: InMemoryFileSystem, _ name: String) throws {
    let system = PosixFileSystem()
    // What a released version wrote is never replaced.
    if try system.list(Self.directory).contains(name) { return }
    try system.createDirectory(Self.directory + name)
    for file in try disk.list("/store") where file != "LOCK" {
      let bytes = disk.contents(of: "/store/" + file) ?? []
      let copy = try system.open(Self.directory + name + "/" + file, .createNew)
      try bytes.withRawBytes { (buffer) throws(StoreError) in try copy.write(buffer, at: 0) }
    }
  }
}
