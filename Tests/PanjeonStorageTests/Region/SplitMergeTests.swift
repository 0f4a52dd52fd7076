// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Synchronization
import Testing
import WideColumn

@Suite("Splits and merges", .serialized)
struct SplitMergeTests {
  private static let column = Column(family: "data", qualifier: "q")

  /// Regions change only when the tests want it.
  private static let schema = {
    var schema = TestStore.schema
    schema.splitPolicy = .manual
    return schema
  }()

  private static func row(_ number: Int) -> Bytes { Bytes(utf8: "row \(10_000 + number)") }

  private func put(_ row: Bytes, _ value: Bytes) -> RowMutations {
    RowMutations(row, [.put(Self.column, timestamp: nil, value: value)])
  }

  private func fill(_ store: EmbeddedStore, _ numbers: Range<Int>, _ value: Bytes) async throws {
    for number in numbers {
      try await store.mutate(put(Self.row(number), value), in: "t", durability: .memory)
    }
  }

  private func regions(_ store: EmbeddedStore) throws -> [Region] {
    try store.catalog.table("t").regions
  }

  @Test("A split shares files and memory at once, and a compaction rewrites what is shared")
  func splitAndRewrite() async throws {
    let disk = InMemoryFileSystem()
    let store = try await TestStore.open(disk)
    try await store.createTable(Self.schema)
    let value = Bytes([UInt8](repeating: 1, count: 100))
    try await fill(store, 0..<2000, value)
    try await TestStore.settle(store)
    let snapshot = try store.snapshot(.visible)
    try await fill(store, 0..<2000, "later")
    let old = try #require(regions(store).first)
    _ = try await store.splitRegion(old.id, at: Self.row(700))
    #expect(try regions(store).map(\.rows.start) == ["", Self.row(700)])
    for (sequence, expected) in [(Optional(snapshot), value), (nil, "later")] {
      let cursor =
        if let sequence {
          try await store.scan(Scan(), in: "t", at: sequence)
        } else {
          try await store.scan(Scan(), in: "t")
        }
      let rows = try await TestStore.rows(cursor)
      #expect(rows.map(\.row) == (0..<2000).map(Self.row))
      #expect(rows.allSatisfy { $0.value(family: "data", qualifier: "q") == expected })
    }
    try await TestStore.settle(store)
    let info = try #require(try await store.info().tables.first)
    #expect(info.regions.allSatisfy { $0.groups.allSatisfy { $0.sharedFiles == 0 } })
    #expect(info.regions.allSatisfy { $0.parents == [old.id] && $0.cause == "it was asked for" })
    try await checkFiles(store, disk)
    try await store.close()
  }

  /// The disk holds the SSTables that the MANIFEST names, and no others.
  private func checkFiles(_ store: EmbeddedStore, _ disk: InMemoryFileSystem) async throws {
    let state = try #require(store.background).environment.versions.state
    let onDisk = try disk.list("/store").compactMap { name -> UInt64? in
      guard case .table(let number)? = FileNames(name) else { return nil }
      return number
    }
    #expect(Set(onDisk) == state.fileNumbers)
  }

  @Test(
    "A merge has what both had, in memory and in files, and is flushed through no cell too many")
  func merge() async throws {
    let disk = InMemoryFileSystem()
    var store = try await TestStore.open(disk)
    try await store.createTable(Self.schema, splitAt: [Self.row(1000)])
    // The first region is flushed far, the second hardly.
    try await fill(store, 0..<900, "old")
    try await fill(store, 1000..<1100, "old")
    try await fill(store, 0..<900, "new")
    let ids = try regions(store).map(\.id)
    let merged = try await store.mergeRegions(ids[1], ids[0])
    #expect(try regions(store).map(\.id) == [merged])
    try await fill(store, 1050..<1199, "after")
    // What the system has been handed includes all before it.
    try await store.mutate(put(Self.row(1199), "after"), in: "t", durability: .operatingSystem)
    let left = disk.killProcess()
    try await store.close()
    for disk in [disk, left] {
      store = try await TestStore.open(disk)
      let expected =
        (0..<900).map { (Self.row($0), "new") } + (1000..<1050).map { (Self.row($0), "old") }
        + (1050..<1200).map { (Self.row($0), "after") }
      let rows = try await TestStore.rows(store.scan(Scan(), in: "t"))
      #expect(rows.map(\.row) == expected.map(\.0))
      #expect(
        rows.map { $0.value(family: "data", qualifier: "q")?.utf8String } == expected.map(\.1))
      try await TestStore.settle(store)
      try await checkFiles(store, disk)
      try await store.close()
    }
  }

  @Test("A region that is split again and again, then merged again and again, is as it was")
  func thereAndBack() async throws {
    let disk = InMemoryFileSystem()
    var random = SplitMix64(seed: TestSeed.value)
    TestSeed.announce("thereAndBack")
    var store = try await TestStore.open(disk)
    try await store.createTable(Self.schema)
    try await fill(store, 0..<500, Bytes([UInt8](repeating: 2, count: 90)))
    try await TestStore.settle(store)
    for _ in 0..<8 {
      for _ in 0..<10 {
        let row = Self.row(1 + random.below(498))
        if try !regions(store).contains(where: { $0.rows.start == row }) {
          try await store.split(table: "t", at: row)
        }
      }
      try await fill(store, random.below(250)..<(250 + random.below(250)), "more")
      while try regions(store).count > 1 {
        let all = try regions(store)
        let first = random.below(all.count - 1)
        _ = try await store.mergeRegions(all[first].id, all[first + 1].id)
      }
      if random.chance(0.3) {
        try await store.close()
        store = try await TestStore.open(disk)
      }
      let rows = try await TestStore.rows(store.scan(Scan(), in: "t"))
      #expect(rows.map(\.row) == (0..<500).map(Self.row))
      let back = try await TestStore.rows(store.scan(Scan(isReversed: true), in: "t"))
      #expect(back.map(\.row) == (0..<500).reversed().map(Self.row))
    }
    try await TestStore.settle(store)
    try await checkFiles(store, disk)
    try await store.close()
  }

  @Test("Counters that many clients raise by compare-and-set lose nothing while regions change")
  func concurrentCounters() async throws {
    let disk = InMemoryFileSystem()
    let store = try await TestStore.open(disk)
    try await store.createTable(Self.schema)
    let rows = (0..<8).map { TestStore.row($0) }
    let clients = 6
    let raises = 150
    try await withThrowingTaskGroup { group in
      for client in 0..<clients {
        group.addTask {
          for number in 0..<raises {
            try await raise(rows[(client + number) % rows.count], in: store)
          }
        }
      }
      let reshaping = Task {
        var random = SplitMix64(seed: TestSeed.value)
        while !Task.isCancelled {
          try await TestStore.reshape(store, "t", rows: rows, &random)
        }
      }
      try await group.waitForAll()
      reshaping.cancel()
      _ = await reshaping.result
    }
    var total = 0
    for row in try await TestStore.rows(store.scan(Scan(), in: "t")) {
      total += Int(row.value(family: "data", qualifier: "q")?.utf8String ?? "") ?? 0
    }
    #expect(total == clients * raises)
    #expect(store.metrics.regions.splits > 1)
    #expect(store.metrics.regions.merges > 0)
    try await store.close()
  }

  private func raise(_ row: Bytes, in store: EmbeddedStore) async throws {
    while true {
      let old = try await store.get(Get(row), in: "t")?.value(family: "data", qualifier: "q")
      let number = Int(old?.utf8String ?? "0") ?? 0
      let condition: Condition =
        old.map { .equals(Self.column, $0) } ?? .absent(Self.column)
      let change = CheckAndMutate([condition], put(row, Bytes(utf8: "\(number + 1)")))
      let durability: Durability = number % 3 == 0 ? .operatingSystem : .memory
      if try await store.checkAndMutate(change, in: "t", durability: durability) { return }
    }
  }

  @Test(
    "The sequencer refuses a batch for a retired region, and one that was checked in its last view")
  func staleBatches() async throws {
    let store = try await TestStore.open(InMemoryFileSystem())
    try await store.createTable(Self.schema)
    var other = Self.schema
    other.name = "other"
    try await store.createTable(other)
    let write = BatchOperation(table: "t", operation: CheckAndMutate([], put("k", "1")))
    let check = BatchOperation(
      table: "t",
      operation: CheckAndMutate([.absent(Self.column)], RowMutations("k", [])))
    let elsewhere = BatchOperation(table: "other", operation: CheckAndMutate([], put("k", "1")))
    for operations in [[write], [check, elsewhere]] {
      let validator = try BatchValidator(
        AtomicBatch(operations: operations), catalog: store.catalog, limits: store.limits,
        since: nil)
      var prepared = try validator.prepare()
      try await store.split(table: "t", at: operations.count == 1 ? "f" : "m")
      // Neither sees what is written now.
      try await store.mutate(put("k", "2"), in: "t", durability: .memory)
      var checks = validator.checks
      checks.rowsHoldAt = store.pipeline.sequenced.value
      guard case .regionsChanged = await store.pipeline.enter(&prepared, checks, .memory) else {
        Issue.record("accepted: \(operations)")
        continue
      }
    }
    #expect(try await store.get(Get("k"), in: "other") == nil)
    try await store.close()
  }

  @Test("What one half has flushed is not replayed when both halves have been merged again")
  func halfFlushed() async throws {
    let disk = InMemoryFileSystem()
    let store = try await TestStore.open(disk)
    try await store.createTable(Self.schema)
    try await fill(store, 0..<60, "v")
    try await store.split(table: "t", at: Self.row(30))
    let halves = try regions(store)
    MaintenanceGate.close([halves[1].gate])
    while !halves[0].view.groups[0].immutables.isEmpty {
      try await Task.sleep(for: .milliseconds(1))
    }
    halves[1].gate.open()
    _ = try await store.mergeRegions(halves[0].id, halves[1].id)
    let left = disk.killProcess()
    try await store.close()
    let again = try await TestStore.open(left)
    let group = try #require(try await again.info().tables.first?.regions.first?.groups.first)
    #expect(group.cellCount + group.memtableCellCount == 60)
    let rows = try await TestStore.rows(again.scan(Scan(), in: "t"))
    #expect(rows.map(\.row) == (0..<60).map(Self.row))
    try await again.close()
  }

  /// Kills the process at every call that changes the disk, once it is told to.
  private final class Killer: Sendable {
    struct State: Sendable {
      var isArmed = false
      var left: [InMemoryFileSystem] = []
      weak var disk: InMemoryFileSystem?
    }

    let state = Mutex(State())

    func observe(_ call: FileSystemCall) {
      guard call.changesDisk else { return }
      state.withLock { state in
        if state.isArmed, let disk = state.disk { state.left.append(disk.killProcess()) }
      }
    }
  }

  @Test("A process killed anywhere while the memory of a merge is flushed loses nothing")
  func killedInMerge() async throws {
    let killer = Killer()
    let disk = InMemoryFileSystem { killer.observe($0) }
    killer.state.withLock { $0.disk = disk }
    let store = try await TestStore.open(disk)
    try await store.createTable(Self.schema, splitAt: [Self.row(20)])
    // The sequences of both halves interleave.
    for number in 0..<20 {
      for row in [number, number + 20] {
        try await store.mutate(put(Self.row(row), "v"), in: "t", durability: .operatingSystem)
      }
    }
    killer.state.withLock { $0.isArmed = true }
    let halves = try regions(store)
    _ = try await store.mergeRegions(halves[0].id, halves[1].id)
    try await TestStore.settle(store)
    killer.state.withLock { $0.isArmed = false }
    try await store.close()
    let left = killer.state.withLock { $0.left }
    #expect(left.count > 3)
    for disk in left {
      let again = try await TestStore.open(disk)
      let rows = try await TestStore.rows(again.scan(Scan(), in: "t")).map(\.row)
      #expect(rows == (0..<40).map(Self.row))
      try await again.close()
    }
  }

  @Test("The MANIFEST forgets a retired region when no log that is needed has records of it")
  func forgetting() async throws {
    let disk = InMemoryFileSystem()
    var store = try await TestStore.open(disk)
    try await store.createTable(Self.schema)
    try await fill(store, 0..<100, "v")
    try await store.split(table: "t", at: Self.row(50))
    let background = try #require(store.background)
    #expect(background.environment.versions.state.retiredRegions.map(\.id) == [1])
    // Opened again, the log still has records of it.
    let left = disk.killProcess()
    try await store.close()
    let reopened = try await TestStore.open(left)
    let rows = try await TestStore.rows(reopened.scan(Scan(), in: "t")).map(\.row)
    #expect(rows == Array((0..<100).map(Self.row).prefix(rows.count)))
    try await reopened.close()
    store = try await TestStore.open(disk)
    let value = Bytes([UInt8](repeating: 3, count: 200))
    try await fill(store, 0..<2000, value)
    try await TestStore.settle(store)
    #expect(
      try #require(store.background).environment.versions.state.retiredRegions.isEmpty)
    try await store.close()
  }

  @Test("Beside a process that splits and merges, a store opened for reading sees every row once")
  func readOnlyBeside() async throws {
    let disk = InMemoryFileSystem()
    let store = try await TestStore.open(disk)
    try await store.createTable(Self.schema)
    try await fill(store, 0..<300, "v")
    var random = SplitMix64(seed: TestSeed.value)
    for _ in 0..<20 {
      try await TestStore.reshape(store, "t", rows: (1..<300).map(Self.row), &random)
      try await store.mutate(put(Self.row(0), "w"), in: "t", durability: .operatingSystem)
      let reader = try await EmbeddedStore.openReadOnly(
        at: "/store", configuration: TestStore.configuration(disk))
      let rows = try await TestStore.rows(reader.scan(Scan(), in: "t"))
      #expect(rows.map(\.row) == (0..<300).map(Self.row))
      #expect(
        try await reader.info().tables.first?.regions.map(\.rows) == regions(store).map(\.rows))
      try await reader.close()
    }
    try await store.close()
  }
}
