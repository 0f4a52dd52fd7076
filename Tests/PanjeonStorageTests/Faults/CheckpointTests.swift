// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Synchronization
import Testing
import WideColumn

@Suite("Checkpoint")
struct CheckpointTests {
  @Test(
    "A checkpoint made amid commits holds one moment, all acknowledged before it, and lives on by itself"
  )
  func amidCommits() async throws {
    TestSeed.announce("amidCommits")
    let disk = InMemoryFileSystem()
    let store = try await TestStore.open(disk)
    var random = SplitMix64(seed: TestSeed.value)
    var workload = CrashWorkload(random: random.fork(), regionRandom: random.fork())
    try await workload.run(store, batches: 20)
    let progress = workload.progress
    async let made = Self.makeCheckpoints(5, of: store, progress)
    for _ in 0..<200 { try await workload.step(store) }
    for (number, acknowledged) in try await made.enumerated() {
      // Power is cut at once: a checkpoint is durable when the call returns.
      let left = disk.crash(keepingUnsynced: 0, using: &random)
      let copy = try await EmbeddedStore.open(
        at: "/checkpoint \(number)", configuration: TestStore.configuration(left))
      let contents = try await CrashWorkload.contents(of: copy)
      let verdict = workload.oracle.judge(
        recovered: contents, acknowledged: acknowledged, begun: workload.oracle.count)
      guard case .prefix = verdict else {
        Issue.record("checkpoint \(number): \(verdict)")
        continue
      }
      try await copy.mutate(
        RowMutations(
          "own", [.put(Column(family: "data", qualifier: "q"), timestamp: nil, value: "1")]),
        in: "t", durability: .disk)
      try await copy.close()
      let report = try await EmbeddedStore.verify(
        at: "/checkpoint \(number)", isDeep: true, configuration: TestStore.configuration(left))
      #expect(report.isSound, "\(report.findings)")
    }
    let contents = try await CrashWorkload.contents(of: store)
    #expect(contents == workload.oracle.last)
    try await store.close()
  }

  /// Makes checkpoints, and returns how many commits had certainly returned before each.
  private static func makeCheckpoints(
    _ count: Int, of store: EmbeddedStore, _ progress: Progress
  ) async throws -> [Int] {
    var acknowledged: [Int] = []
    for number in 0..<count {
      acknowledged.append(max(0, progress.counts.withLock { $0.begun } - 1))
      try await store.checkpoint(at: "/checkpoint \(number)")
    }
    return acknowledged
  }

  @Test(
    "Writers that wait for a flush go on after a checkpoint, and tables come to be meanwhile",
    .timeLimit(.minutes(15)))
  func manyWriters() async throws {
    let disk = InMemoryFileSystem()
    var configuration = TestStore.configuration(disk)
    configuration.unflushedMemtablesMax = 1
    configuration.memtableBytesMax = 8 << 10
    let store = try await EmbeddedStore.open(at: "/store", configuration: configuration)
    try await store.createTable(TestStore.schema)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for client in 0..<8 {
        group.addTask {
          for number in 0..<120 {
            let value = Bytes([UInt8](repeating: 7, count: 300))
            let put = Mutation.put(
              Column(family: "data", qualifier: "q"), timestamp: nil, value: value)
            try await store.mutate(
              RowMutations(TestStore.row(client * 1000 + number), [put]), in: "t",
              durability: .memory)
          }
        }
      }
      group.addTask {
        for number in 0..<6 {
          var schema = TestStore.schema
          schema.name = "t\(number)"
          let made = schema
          async let created: Void = store.createTable(made)
          try await store.flush()
          try await store.checkpoint(at: "/checkpoint \(number)")
          try await created
        }
      }
      try await group.waitForAll()
    }
    #expect(try await TestStore.rows(store.scan(Scan(), in: "t")).count == 960)
    try await store.close()
    for number in 0..<6 {
      let report = try await EmbeddedStore.verify(
        at: "/checkpoint \(number)", isDeep: true, configuration: configuration)
      #expect(report.isSound, "\(report.findings)")
    }
  }

  @Test("What fills memtables while a checkpoint flushes goes on waiting for its own flush")
  func writtenMeanwhile() async throws {
    let hook = CallHook()
    let disk = InMemoryFileSystem { hook.observe($0) }
    var configuration = TestStore.configuration(disk)
    configuration.unflushedMemtablesMax = 16
    let store = try await EmbeddedStore.open(at: "/store", configuration: configuration)
    try await store.createTable(TestStore.schema)
    let column = Column(family: "data", qualifier: "q")
    let value = Bytes([UInt8](repeating: 7, count: 1000))
    let put: @Sendable (Int) async throws -> Void = { number in
      try await store.mutate(
        RowMutations(TestStore.row(number), [.put(column, timestamp: nil, value: value)]), in: "t",
        durability: .memory)
    }
    for number in 0..<10 { try await put(number) }
    // What is to be flushed has been chosen by now; two memtables more are filled.
    hook.beforeNext {
      $0.kind == .sync && $0.path.hasSuffix(".sst")
    } _: {
      Blocking.wait { for number in 10..<90 { try await put(number) } }
    }
    try await store.checkpoint(at: "/checkpoint")
    #expect(hook.isDone)
    #expect(try await TestStore.rows(store.scan(Scan(), in: "t")).count == 90)
    try await store.close()
    let copy = try await EmbeddedStore.openReadOnly(
      at: "/checkpoint", configuration: configuration)
    #expect(try await TestStore.rows(copy.scan(Scan(), in: "t")).count == 10)
    try await copy.close()
  }

  @Test(
    "Where there are no links files are copied; a directory in use is refused; a failure leaves no store"
  )
  func copiesAndRefusals() async throws {
    let disk = InMemoryFileSystem()
    let failing = FailingFileSystem(disk) { $0.kind == .link ? .ioError : nil }
    let store = try await TestStore.open(failing)
    var workload = CrashWorkload(random: SplitMix64(seed: 1))
    try await workload.run(store, batches: 30)
    try await store.checkpoint(at: "/copy")
    let linked = failing.injected.count
    #expect(linked > 0)
    // Power is cut at once: the copies are on disk, and their names.
    var random = SplitMix64(seed: 2)
    let left = try await EmbeddedStore.open(
      at: "/copy",
      configuration: TestStore.configuration(disk.crash(keepingUnsynced: 0, using: &random)))
    #expect(try await CrashWorkload.contents(of: left) == workload.oracle.last)
    try await left.close()
    // A link here, a copy there; and one that was made though it is said to have failed.
    for (number, fault) in [Fault.ioError, .ioErrorAfterwards].enumerated() {
      failing.fail { $0.kind == .link && $0.number % 2 == 0 ? fault : nil }
      try await store.checkpoint(at: "/mixed \(number)")
      let mixed = try await EmbeddedStore.open(
        at: "/mixed \(number)", configuration: TestStore.configuration(disk))
      #expect(try await CrashWorkload.contents(of: mixed) == workload.oracle.last)
      try await mixed.close()
    }
    #expect(failing.injected.count > linked)
    failing.fail { $0.kind == .link ? .ioError : nil }
    let copy = try await EmbeddedStore.open(
      at: "/copy", configuration: TestStore.configuration(disk))
    #expect(try await CrashWorkload.contents(of: copy) == workload.oracle.last)
    try await copy.close()
    do {
      try await store.checkpoint(at: "/copy")
      Issue.record("a directory in use was taken")
    } catch {
      #expect(error.code == .invalidArgument)
    }
    failing.fail { $0.path.hasPrefix("/full") && $0.kind == .write ? .noSpace : nil }
    do {
      try await store.checkpoint(at: "/full")
      Issue.record("a full disk was not noticed")
    } catch {
      #expect(error.code == .noSpace)
    }
    #expect(store.readOnlyCause == nil, "the store itself is as it was")
    #expect(try disk.list("/full") == [])
    failing.heal()
    try await store.checkpoint(at: "/full")
    try await store.close()
  }
}
