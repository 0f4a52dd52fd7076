// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Synchronization
import Testing
import WideColumn

/// Ingestions amid commits, splits and compactions: crashed at any call, and with any call failing.
@Suite("IngestionCrash")
struct IngestionCrashTests {
  @Test(
    "After a crash between any two calls a prefix of commits and ingestions is there, each whole",
    .timeLimit(.minutes(15)))
  func prefixAfterCrash() async throws {
    TestSeed.announce("prefixAfterCrash")
    var seeds = SplitMix64(seed: TestSeed.value)
    var cycles = 0
    for round in 0..<(12 * TestSeed.effort) {
      var random = SplitMix64(seed: seeds.next())
      var workload = CrashWorkload(random: random.fork(), regionRandom: random.fork())
      let crasher = CrashTests.Crasher(random.fork(), workload.progress, chance: 0.15)
      let disk = InMemoryFileSystem { call in crasher.observe(call) }
      crasher.state.withLock { $0.disk = disk }
      let store = try await TestStore.open(disk)
      try await workload.run(store, batches: 20)
      for _ in 0..<8 {
        try await workload.ingest(store)
        for _ in 0..<random.below(12) { try await workload.step(store) }
        if random.chance(0.3) { try await store.flush() }
      }
      #expect(try await CrashWorkload.contents(of: store) == workload.oracle.last)
      try await store.close()
      for crash in crasher.state.withLock({ $0.crashes }) {
        cycles += 1
        let again = try await TestStore.open(crash.disk)
        let recovered = try await CrashWorkload.contents(of: again)
        try await TestStore.settle(again)
        #expect(try await CrashWorkload.contents(of: again) == recovered)
        try await again.close()
        let verdict = workload.oracle.judge(
          recovered: recovered, acknowledged: crash.acknowledged, begun: workload.oracle.count)
        guard case .prefix = verdict else {
          Issue.record("round \(round), at \(crash.call): \(verdict)")
          return
        }
      }
    }
    print("prefixAfterCrash: \(cycles) crashes examined")
    #expect(cycles > 300)
  }

  @Test(
    "Whichever call of an ingestion fails, all of it is there or nothing, and the store goes on when resumed",
    .timeLimit(.minutes(15)))
  func everyCallFails() async throws {
    TestSeed.announce("everyCallFails")
    var injected = 0
    var unknown = 0
    let calls = try await callsOfAnIngestion()
    for number in 1...calls {
      for fault in [Fault.ioError, .ioErrorAfterwards, .noSpace] {
        let disk = InMemoryFileSystem()
        let failing = FailingFileSystem(disk) { _ in nil }
        var (store, workload) = try await Self.scene(failing)
        let before = workload.oracle.last
        let first = failing.callCount
        let failed = first + number
        failing.fail { $0.number == failed ? fault : nil }
        let error = await errorOf { try await workload.ingest(store) }
        let after = workload.oracle.last
        injected += failing.injected.count
        failing.heal()
        var random = SplitMix64(seed: UInt64(number))
        let left = try await TestStore.open(disk.crash(keepingUnsynced: 0.5, using: &random))
        let recovered = try await CrashWorkload.contents(of: left)
        try await left.close()
        if error == nil {
          #expect(recovered == after, "call \(number), \(fault): an acknowledged ingestion is lost")
        } else if error?.code == .unknownOutcome {
          unknown += 1
          #expect(recovered == before || recovered == after, "call \(number), \(fault)")
        } else {
          #expect(recovered == before, "call \(number), \(fault): \(String(describing: error))")
        }
        if store.readOnlyCause != nil { try await store.resume() }
        let seen = try await CrashWorkload.contents(of: store)
        #expect(seen == (error == nil ? after : before), "call \(number), \(fault)")
        workload.oracle = PrefixOracle(initial: seen)
        try await workload.ingest(store)
        #expect(try await CrashWorkload.contents(of: store) == workload.oracle.last)
        try await store.close()
      }
    }
    print("everyCallFails: \(injected) faults injected, \(unknown) unknown outcomes")
    #expect(injected >= 45)
    #expect(unknown > 0)
  }

  @Test("A commit that comes while an ingestion has the log synced is on disk before it")
  func commitBetweenSyncs() async throws {
    let hook = CallHook()
    let disk = InMemoryFileSystem { hook.observe($0) }
    var configuration = TestStore.configuration(disk)
    // Nothing is written to the log before somebody asks for it.
    configuration.memoryDurabilityDelay = .seconds(60)
    let store = try await EmbeddedStore.open(at: "/store", configuration: configuration)
    try await store.createTable(TestStore.schema)
    let put: @Sendable (RowKey) -> Put = { row in
      var put = Put(row)
      put.add(family: "data", qualifier: "q", value: "1")
      return put
    }
    try await store.put(put("before"), in: "t", durability: .memory)
    let crashed = Mutex<InMemoryFileSystem?>(nil)
    hook.beforeNext {
      $0.kind == .sync && $0.path.hasSuffix(".log")
    } _: {
      Blocking.wait { try await store.put(put("between"), in: "t", durability: .memory) }
      // From here on the ingestion may be in the MANIFEST.
      hook.beforeNext {
        $0.kind == .sync && $0.path.contains("MANIFEST")
      } _: {
        crashed.withLock { $0 = disk.killProcess() }
      }
    }
    _ = try await store.ingest(into: "t") { writer in try await writer.append(put("ingested")) }
    let left = try await TestStore.open(try #require(crashed.withLock { $0 }))
    let rows = try await TestStore.rows(left.scan(Scan(), in: "t")).map(\.row)
    #expect(rows == ["before", "between", "ingested"])
    try await left.close()
    try await store.close()
  }

  /// A store at rest, with something in it.
  private static func scene(
    _ fileSystem: any FileSystem
  ) async throws -> (EmbeddedStore, CrashWorkload) {
    let store = try await TestStore.open(fileSystem)
    var workload = CrashWorkload(random: SplitMix64(seed: TestSeed.value))
    try await workload.run(store, batches: 15)
    try await store.flush()
    try await TestStore.settle(store)
    return (store, workload)
  }

  /// How many calls an ingestion makes where none fails.
  private func callsOfAnIngestion() async throws -> Int {
    let counting = FailingFileSystem(InMemoryFileSystem()) { _ in nil }
    var (store, workload) = try await Self.scene(counting)
    let first = counting.callCount
    try await workload.ingest(store)
    let calls = counting.callCount - first
    try await store.close()
    return calls
  }
}
