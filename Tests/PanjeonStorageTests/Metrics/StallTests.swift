// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Stalls")
struct StallTests {
  private static let kilobyte = Bytes([UInt8](repeating: 7, count: 1024))

  private static func put(_ number: Int) -> RowMutations {
    RowMutations(
      TestStore.row(number),
      [.put(Column(family: "data", qualifier: "q"), timestamp: nil, value: kilobyte)])
  }

  private func open(
    _ fileSystem: any FileSystem, _ change: (inout StoreConfiguration) -> Void = { _ in }
  ) async throws -> EmbeddedStore {
    var configuration = TestStore.configuration(fileSystem)
    configuration.logSegmentBytes = 1 << 20
    configuration.logRetentionBytesMax = 16 << 20
    configuration.memoryBudgetBytes = 64 << 20
    change(&configuration)
    let store = try await EmbeddedStore.open(at: "/store", configuration: configuration)
    var schema = TestStore.schema
    schema.splitPolicy = .manual
    try await store.createTable(schema)
    return store
  }

  private func check(_ stall: Metrics.Stall) {
    #expect(stall.count > 0 && stall.waiting == 0)
    #expect(stall.longest > .zero && stall.longest <= stall.total)
    #expect(stall.total <= stall.longest * Double(stall.count))
  }

  @Test(
    "Memtables that wait for a slow disk are named, and held-back commits are seen while they wait")
  func memtables() async throws {
    let failing = FailingFileSystem(InMemoryFileSystem()) { call in
      call.kind == .sync && call.path.hasSuffix(".sst") ? .latency(.milliseconds(100)) : nil
    }
    let store = try await open(failing)
    let writer = Task {
      for number in 0..<200 {
        try await store.mutate(Self.put(number), in: "t", durability: .memory)
      }
    }
    var wasSeenWaiting = false
    for _ in 0..<20_000 where !wasSeenWaiting {
      wasSeenWaiting = store.metrics.stalls[.memtablesToFlush].waiting == 1
      try await Task.sleep(for: .microseconds(500))
    }
    #expect(wasSeenWaiting)
    try await writer.value
    let stalls = store.metrics.stalls
    check(stalls[.memtablesToFlush])
    #expect(stalls[.filesToCompact].count == 0 && stalls[.logQueueFull].count == 0)
    #expect(stalls.total == stalls[.memtablesToFlush].total)
    // Until a flush has ended, and not for ever.
    #expect(stalls[.memtablesToFlush].longest > .milliseconds(5))
    try await store.close()
  }

  @Test("Files that wait for a compaction are named")
  func files() async throws {
    // A compaction begins with the first block of each input, which nothing else reads here.
    let failing = FailingFileSystem(InMemoryFileSystem()) { call in
      call.kind == .read && call.path.hasSuffix(".sst") && call.offset == 0
        ? .latency(.milliseconds(500)) : nil
    }
    let store = try await open(failing)
    for number in 0..<2000 where store.metrics.compactions.runsMax <= 13 {
      try await store.mutate(Self.put(number), in: "t", durability: .memory)
      // One memtable at a time, so that none waits for another.
      while store.metrics.flushes.waiting > 0 { try await Task.sleep(for: .microseconds(200)) }
    }
    let stalls = store.metrics.stalls
    check(stalls[.filesToCompact])
    #expect(stalls[.memtablesToFlush].count == 0 && stalls[.logQueueFull].count == 0)
    failing.heal()
    try await TestStore.settle(store)
    let before = store.metrics
    for number in 0..<10 {
      try await store.mutate(Self.put(number), in: "t", durability: .memory)
    }
    #expect(before.compactions.runsMax <= 12)
    #expect(store.metrics.since(before).stalls.total == .zero, "nothing is owed any more")
    try await store.close()
  }

  @Test("A full queue of the log is named")
  func log() async throws {
    let failing = FailingFileSystem(InMemoryFileSystem()) { call in
      call.kind == .write && call.path.hasSuffix(".log") ? .latency(.milliseconds(5)) : nil
    }
    let store = try await open(failing) { configuration in
      configuration.pendingLogBytesMax = 4096
      configuration.memtableBytesMax = 8 << 20
    }
    try await withThrowingTaskGroup { group in
      for number in 0..<64 {
        group.addTask {
          // The log's thread writes them: one that asked for less might write the log itself.
          try await store.mutate(Self.put(number), in: "t", durability: .disk)
        }
      }
      try await group.waitForAll()
    }
    let stalls = store.metrics.stalls
    check(stalls[.logQueueFull])
    #expect(stalls[.filesToCompact].count == 0 && stalls[.memtablesToFlush].count == 0)
    #expect(try await TestStore.rows(store.scan(Scan(), in: "t")).count == 64)
    try await store.close()
  }

  @Test("A store that keeps up holds nobody back")
  func none() async throws {
    let store = try await open(InMemoryFileSystem()) { $0.memtableBytesMax = 8 << 20 }
    for number in 0..<50 {
      try await store.mutate(Self.put(number), in: "t", durability: .operatingSystem)
    }
    try await store.flush()
    #expect(store.metrics.stalls == Metrics.Stalls())
    try await store.close()
  }

  @Test("The gauge gives back what was worked out, until a view has changed")
  func gauge() {
    let gauge = PressureGauge()
    let readings = [
      PressureGauge.Reading(),
      PressureGauge.Reading(delay: .microseconds(55), cause: .memtablesToFlush),
      PressureGauge.Reading(delay: .milliseconds(10), cause: .memtablesToFlush, isFull: true),
      PressureGauge.Reading(delay: .milliseconds(50), cause: .filesToCompact),
      PressureGauge.Reading(delay: .microseconds(7), cause: .durableCopyBehind),
    ]
    for reading in readings {
      gauge.viewsHaveChanged()
      #expect(gauge.read { reading } == reading)
      #expect(gauge.read { PressureGauge.Reading(delay: .seconds(1)) } == reading)
    }
  }
}
