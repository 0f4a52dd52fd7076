// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("What makes no sense is refused")
struct RefusalTests {
  private static let inverted = KeyRange(from: "b", to: "a")

  private func refusal(
    _ words: String,
    _ location: SourceLocation = #_sourceLocation, _ body: () async throws -> Void
  ) async {
    let error = await #expect(throws: StoreError.self, sourceLocation: location) {
      try await body()
    }
    #expect(error?.code == .invalidArgument, sourceLocation: location)
    #expect(
      error?.message.contains(words) == true, "\(error?.message ?? "")", sourceLocation: location)
  }

  @Test("Ranges that stop before they start are refused wherever one is given; empty ones are not")
  func invertedRanges() async throws {
    let store = try await TestStore.open(InMemoryFileSystem())
    try await store.createTable(TestStore.schema)
    var selection = ColumnSelection()
    selection.add(family: "data", qualifiers: Self.inverted)
    let filters: [Filter] = [
      .qualifiers(Self.inverted), .rows([.all, Self.inverted]), .time(from: 2, to: 1),
      .all([.any([.not(.qualifiers(Self.inverted))])]),
    ]
    for scan in filters.map({ Scan(filter: $0) }) + [Scan(Self.inverted), Scan(columns: selection)]
    {
      await refusal("stop before they start") { _ = try await store.scan(scan, in: "t") }
    }
    for get in filters.map({ Get("r", filter: $0) }) + [Get("r", columns: selection)] {
      await refusal("stop before they start") { _ = try await store.get(get, in: "t") }
    }
    await refusal("'b' ..< 'a'") { try await store.deleteRows(in: Self.inverted, of: "t") }
    await refusal("'b' ..< 'a'") { try await store.compact(table: "t", rows: Self.inverted) }
    let snapshot = try store.snapshot(.sequenced)
    await refusal("'b' ..< 'a'") {
      let batch = AtomicBatch(
        operations: [], unchangedRanges: [UnchangedRange(table: "t", rows: Self.inverted)])
      _ = try await store.commit(batch, since: snapshot, durability: .memory)
    }
    let empty = KeyRange(from: "a", to: "a")
    #expect(try await TestStore.rows(store.scan(Scan(empty), in: "t")).isEmpty)
    try await store.deleteRows(in: empty, of: "t")
    try await store.compact(table: "t", rows: empty)
    try await store.close()
  }

  @Test("A limit of zero returns nothing, whichever limit it is")
  func zero() async throws {
    let store = try await TestStore.open(InMemoryFileSystem())
    try await store.createTable(TestStore.schema)
    var put = Put("r")
    put.add(family: "data", qualifier: "q", value: "v")
    try await store.put(put, in: "t", durability: .memory)
    for scan in [Scan(rowsMax: 0), Scan(cellsPerRowMax: 0), Scan(cellsMax: 0)] {
      #expect(try await TestStore.rows(store.scan(scan, in: "t")).isEmpty)
    }
    #expect(try await store.get(Get("r", cellsMax: 0), in: "t") == nil)
    await refusal("at most -1 cells") { _ = try await store.get(Get("r", cellsMax: -1), in: "t") }
    #expect(try await store.get(Get("r", cellsMax: .max), in: "t")?.count == 1)
    try await store.close()
  }

  @Test("Times of a configuration are bounded as sizes are")
  func times() async throws {
    let faults: [(String, (inout StoreConfiguration) -> Void)] = [
      ("snapshotAgeMax", { $0.snapshotAgeMax = .seconds(Int64.max) }),
      ("snapshotAgeMax", { $0.snapshotAgeMax = .zero }),
      ("idleCompactionDelay", { $0.idleCompactionDelay = .seconds(Int64.max) }),
      ("idleCompactionDelay", { $0.idleCompactionDelay = .seconds(-1) }),
      ("normalizationInterval", { $0.normalizationInterval = .seconds(Int64.max) }),
      ("memoryDurabilityDelay", { $0.memoryDurabilityDelay = .seconds(Int64.max) }),
      ("memoryDurabilityDelay", { $0.memoryDurabilityDelay = .milliseconds(-1) }),
      ("scrubInterval", { $0.scrubInterval = .seconds(Int64.max) }),
      ("limits.comparandBytesMax", { $0.limits.comparandBytesMax = -1 }),
      ("limits.rowsPerBatchMax", { $0.limits.rowsPerBatchMax = 0 }),
    ]
    for (name, change) in faults {
      let disk = InMemoryFileSystem()
      var configuration = TestStore.configuration(disk)
      change(&configuration)
      await refusal(name) {
        _ = try await EmbeddedStore.open(at: "/store", configuration: configuration)
      }
      #expect(try !disk.exists("/store"))
      await refusal(name) {
        _ = try await EmbeddedStore.openReadOnly(at: "/store", configuration: configuration)
      }
    }
    var configuration = TestStore.configuration(InMemoryFileSystem())
    let century = Duration.seconds(100 * 365 * 86_400)
    configuration.snapshotAgeMax = century
    configuration.idleCompactionDelay = century
    configuration.normalizationInterval = century
    configuration.memoryDurabilityDelay = .zero
    let store = try await EmbeddedStore.open(at: "/store", configuration: configuration)
    try await store.createTable(TestStore.schema)
    try await store.flush()
    try await store.close()
  }

  @Test("A snapshot is of one store, as long as that is open")
  func foreignSnapshots() async throws {
    let disk = InMemoryFileSystem()
    var store = try await TestStore.open(disk)
    try await store.createTable(TestStore.schema)
    let old = try store.snapshot(.visible)
    try await store.close()
    store = try await TestStore.open(disk)
    let other = try await TestStore.open(InMemoryFileSystem())
    for snapshot in [old, try other.snapshot(.visible)] {
      await refusal("another store") { _ = try await store.get(Get("r"), in: "t", at: snapshot) }
      await refusal("another store") { _ = try await store.scan(Scan(), in: "t", at: snapshot) }
      await refusal("another store") {
        _ = try await store.commit(
          AtomicBatch(
            operations: [], unchangedRanges: [UnchangedRange(table: "t", rows: .all)]),
          since: snapshot, durability: .memory)
      }
    }
    try await store.close()
    try await other.close()
  }

  @Test("A clock at the end of time neither stops a store nor makes a log that cannot be read")
  func clocks() async throws {
    for microseconds in [Int64.max, Int64.max - 1, Int64.min, 0] {
      let disk = InMemoryFileSystem()
      var configuration = TestStore.configuration(disk)
      configuration.timeSource = StoppedClock(microseconds: microseconds)
      for round in 0..<3 {
        let store = try await EmbeddedStore.open(at: "/store", configuration: configuration)
        if round == 0 { try await store.createTable(TestStore.schema) }
        for number in 0..<20 {
          var put = Put(TestStore.row(number))
          put.add(family: "data", qualifier: "q", value: Bytes(utf8: "\(round)"))
          try await store.put(put, in: "t", durability: .disk)
        }
        let count = CheckAndMutate(
          [], RowMutations("counter", [.increment(Column(family: "data", qualifier: "q"), by: 1)]))
        let counted = try await store.readModifyWrite(count, in: "t", durability: .disk)
        #expect(counted?[0].value == Int64(round + 1).counterValue)
        _ = try store.snapshot(.visible)
        let rows = try await TestStore.rows(store.scan(Scan(), in: "t"))
        #expect(rows.count == 21)
        #expect(rows.dropFirst().allSatisfy { $0[0].value == Bytes(utf8: "\(round)") })
        // The first time the log is replayed; then it is not.
        if round == 0 {
          configuration.fileSystem = disk.killProcess()
        }
        try await store.close()
      }
    }
  }

  @Test("Locality groups have names of their own")
  func groups() async throws {
    let store = try await TestStore.open(InMemoryFileSystem())
    for (names, words) in [(["x", "x"], "two locality groups"), ([""], "255"), (["a b"], "255")] {
      let schema = TableSchema(
        name: "t", families: [ColumnFamily("f")],
        localityGroups: [.default] + names.map { LocalityGroup($0) })
      await refusal(words) { try await store.createTable(schema) }
    }
    try await store.close()
  }

  @Test("What is done with backups that are not there, or that would lie in the store, is refused")
  func copies() async throws {
    let disk = InMemoryFileSystem()
    let store = try await TestStore.open(disk)
    let missing = BackupDirectory("/nowhere", fileSystem: disk)
    await refusal("no directory of backups") { try await missing.restore(1, to: "/other") }
    await refusal("no directory of backups") { _ = try await missing.verifyBackup(1) }
    await refusal("no directory of backups") { try await missing.deleteBackup(1) }
    #expect(try await missing.listBackups().isEmpty)
    for path in ["/store", "/store/", "/store/copy", "/other/../store/./copy"] {
      await refusal("the store's own directory") { try await store.checkpoint(at: path) }
      await refusal("the store's own directory") {
        _ = try await store.backUp(to: BackupDirectory(path, fileSystem: disk))
      }
    }
    try await store.checkpoint(at: "/store2")
    try await store.close()
    try StoreDirectory.requireOutside("../copy", of: ".")
    try StoreDirectory.requireOutside("../../x", of: "..")
    #expect(throws: StoreError.self) { try StoreDirectory.requireOutside("x", of: ".") }
  }

  @Test("No family of a table with locks sorts before theirs")
  func families() async throws {
    let store = try await TestStore.open(InMemoryFileSystem())
    for families in [[ColumnFamily.lock, ColumnFamily("!a")], [ColumnFamily("!a"), .lock]] {
      await refusal("sorts before") {
        try await store.createTable(TableSchema(name: "t", families: families))
      }
    }
    try await store.createTable(TableSchema(name: "t", families: [ColumnFamily("!a")]))
    await refusal("sorts before") { try await store.addFamily(.lock, to: "t") }
    try await store.close()
  }
}

/// A clock that stands still.
private struct StoppedClock: TimeSource {
  let microseconds: Int64

  func wallClockMicroseconds() -> Int64 { microseconds }

  func monotonicNanoseconds() -> UInt64 { SystemTimeSource().monotonicNanoseconds() }

  func sleep(for duration: Duration) async throws { try await Task.sleep(for: duration) }
}
