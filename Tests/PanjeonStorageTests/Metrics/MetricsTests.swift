// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Metrics")
struct MetricsTests {
  private static let column = Column(family: "data", qualifier: "q")

  private static func put(_ row: Bytes, cells: Int = 1) -> RowMutations {
    RowMutations(
      row,
      (0..<cells).map { number in
        .put(
          Column(family: "data", qualifier: number == 0 ? "q" : Bytes(utf8: "q\(number)")),
          timestamp: nil, value: Bytes(utf8: "value of \(number)"))
      })
  }

  /// A store with room for everything: nothing is flushed that the test does not flush.
  private func open(
    _ disk: InMemoryFileSystem, _ clock: ManualTimeSource = ManualTimeSource()
  ) async throws -> EmbeddedStore {
    var configuration = TestStore.configuration(disk)
    configuration.timeSource = clock
    configuration.memtableBytesMax = 1 << 20
    configuration.logSegmentBytes = 1 << 20
    configuration.logRetentionBytesMax = 4 << 20
    // So that every read looks at filters and blocks.
    configuration.rowCacheBytesMax = 0
    let store = try await EmbeddedStore.open(at: "/store", configuration: configuration)
    var schema = TestStore.schema
    schema.splitPolicy = .manual
    try await store.createTable(schema)
    return store
  }

  /// Eighteen rows: ten of two cells in memory, five in the operating system, three on disk.
  private func fill(_ store: EmbeddedStore) async throws {
    for (number, durability) in Self.durabilities.enumerated() {
      let cells = durability == .memory ? 2 : 1
      try await store.mutate(
        Self.put(TestStore.row(number), cells: cells), in: "t", durability: durability)
    }
  }

  private static let durabilities: [Durability] =
    Array(repeating: .memory, count: 10) + Array(repeating: .operatingSystem, count: 5)
    + Array(repeating: .disk, count: 3)

  @Test("Commits and the log are counted as they can be counted by hand")
  func commits() async throws {
    let store = try await open(InMemoryFileSystem())
    #expect(store.metrics.commits == Metrics.Commits())
    try await fill(store)
    var expected = Metrics.Commits()
    (expected.inMemory, expected.inOperatingSystem, expected.onDisk) = (10, 5, 3)
    (expected.rows, expected.cells) = (18, 28)
    #expect(store.metrics.commits == expected && expected.count == 18)
    let log = store.metrics.log
    #expect(log.records == 18 && log.syncs == 3 && log.writes >= 8 && log.writes <= 18)
    #expect(log.recordsPerSync == 6 && log.segments == 1)
    #expect(log.bytes > 0 && log.retainedBytes > log.bytes && log.retainedBytesMax == 4 << 20)

    let create = CheckAndMutate([.absent(Self.column)], Self.put(TestStore.row(0)))
    #expect(try await !store.checkAndMutate(create, in: "t", durability: .disk))
    let check = CheckAndMutate([.absent(Self.column)], RowMutations("elsewhere"))
    #expect(try await store.checkAndMutate(check, in: "t", durability: .disk))
    expected.refused = 1
    expected.withoutChanges = 1
    #expect(store.metrics.commits == expected)
    // The first look, a second one at a pinned moment, and the one that held.
    #expect(store.metrics.reads.conditions == 3)
    try await store.close()
  }

  @Test("Reads, filters and the cache are counted once each, also when the disk is needed")
  func reads() async throws {
    let store = try await open(InMemoryFileSystem())
    try await fill(store)
    for number in 0..<7 { _ = try await store.get(Get(TestStore.row(number)), in: "t") }
    for number in 0..<3 { _ = try await store.get(Get(TestStore.row(900 + number)), in: "t") }
    #expect(try await TestStore.rows(store.scan(Scan(), in: "t")).count == 18)
    var reads = store.metrics.reads
    #expect(reads.gets == 10 && reads.scans == 1 && reads.scannedRows == 18)
    #expect(reads.filterChecks == 0 && reads.blockBytesRead == 0)

    try await store.flush()
    _ = try await store.get(Get(TestStore.row(4)), in: "t")
    #expect(store.metrics.cache.misses == 1 && store.metrics.cache.hits == 0)
    #expect(store.metrics.reads.blockBytesRead > 0)
    _ = try await store.get(Get(TestStore.row(4)), in: "t")
    #expect(store.metrics.cache.misses == 1 && store.metrics.cache.hits == 1)
    #expect(store.metrics.cache.hitRate == 0.5)
    // Within the file's rows, but not in it.
    for number in 0..<100 {
      _ = try await store.get(Get(Bytes(utf8: "row 1 \(number)")), in: "t")
    }
    reads = store.metrics.reads
    #expect(reads.gets == 112 && reads.filterChecks == 102)
    #expect(reads.filterRejections > 80 && reads.filterRejections <= 100)
    let region = try store.catalog.table("t").regions[0].metrics
    #expect(region.reads == reads.gets + reads.conditions + reads.scannedRows)
    try await store.close()
  }

  @Test("Files, memory and amplification are those of the files and memtables there are")
  func files() async throws {
    let store = try await open(InMemoryFileSystem())
    try await fill(store)
    #expect(store.metrics.memory.memtableBytes > 0)
    #expect(store.metrics.memory.budgetBytes == 4 << 20)
    #expect(store.metrics.tables.first?.readAmplification == 0)
    try await store.flush()
    try await fill(store)
    try await store.flush()
    try await TestStore.settle(store)
    let metrics = store.metrics
    let files = try store.catalog.table("t").regions[0].view.groups[0].upper
    #expect(files.count == 2 && metrics.flushes.count == 2 && metrics.compactions.runsMax == 2)
    let bytes = files.reduce(0) { $0 + $1.bytes }
    #expect(metrics.flushes.bytes == bytes && metrics.flushes.waiting == 0)
    let table = try #require(metrics.tables.first)
    #expect(metrics.tables.count == 1 && table.name == "t" && table.regions == 1)
    #expect(table.upperFiles == 2 && table.upperBytes == bytes && table.bottomFiles == 0)
    #expect(table.readAmplification == 2)
    #expect(
      metrics.memory.tableMetadataBytes == files.reduce(0) { $0 + UInt64($1.file.metadataBytes) })
    let written = Double(metrics.log.bytes + bytes) / Double(metrics.log.bytes)
    #expect(metrics.writeAmplification == written)
    try await store.close()
  }

  @Test("What regions were read for counts on after they are split and merged")
  func retiredRegions() async throws {
    let store = try await open(InMemoryFileSystem())
    try await fill(store)
    for number in 0..<18 { _ = try await store.get(Get(TestStore.row(number)), in: "t") }
    try await store.split(table: "t", at: TestStore.row(4))
    for number in 0..<18 { _ = try await store.get(Get(TestStore.row(number)), in: "t") }
    #expect(store.metrics.regions.count == 2 && store.metrics.regions.splits == 1)
    #expect(store.metrics.reads.gets == 36)
    let regions = try store.catalog.table("t").regions
    _ = try await store.mergeRegions(regions[0].id, regions[1].id)
    _ = try await store.get(Get(TestStore.row(0)), in: "t")
    #expect(store.metrics.regions.count == 1 && store.metrics.regions.merges == 1)
    #expect(store.metrics.reads.gets == 37)
    try await store.close()
  }

  @Test("A difference has what came between, over the time between, and the present as it is")
  func since() async throws {
    let clock = ManualTimeSource()
    let store = try await open(InMemoryFileSystem(), clock)
    try await fill(store)
    let before = store.metrics
    clock.advance(by: .seconds(3))
    try await fill(store)
    try await store.flush()
    let after = store.metrics
    let between = after.since(before)
    #expect(between.elapsed == .seconds(3) && between.commits == before.commits)
    #expect(between.flushes.count == 1 && between.tables == after.tables)
    #expect(after.since(Metrics()) == after)
    for section in after.since(after).sections {
      for figure in section.instances.flatMap(\.figures) where figure.isTotal {
        #expect(figure.value == .number(0), "\(section.name).\(figure.name)")
      }
    }
    try await store.close()
    #expect(store.metrics.commits.count == 36, "a closed store still has its figures")
  }

  @Test("A store that is only read counts reads and says why it takes no commits")
  func readOnly() async throws {
    let disk = InMemoryFileSystem()
    let store = try await open(disk)
    try await fill(store)
    try await store.close()
    let reader = try await EmbeddedStore.openReadOnly(
      at: "/store", configuration: TestStore.configuration(disk))
    _ = try await reader.get(Get(TestStore.row(1)), in: "t")
    let metrics = reader.metrics
    #expect(metrics.reads.gets == 1 && metrics.commits.count == 0 && reader.isIdle)
    #expect(metrics.errors.cause?.contains("for reading only") == true)
    try await reader.close()
  }
}

@Suite("LookupCounters")
struct LookupCountersTests {
  @Test("Nothing is lost when the counts are moved, by however many at once")
  func exact() async {
    let counters = LookupCounters()
    let tasks = 4
    let rounds = 400_000
    await withTaskGroup { group in
      for _ in 0..<tasks {
        group.addTask {
          var tally = FilterTally()
          tally.checks = 12
          tally.rejections = 11
          for _ in 0..<rounds { counters.add(gets: 1, tally) }
        }
      }
    }
    let count = UInt64(tasks * rounds)
    #expect(counters.counts.gets == count)
    #expect(counters.counts.filterChecks == 12 * count)
    #expect(counters.counts.filterRejections == 11 * count)
  }
}
