// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Synchronization
import Testing
import WideColumn

@Suite("Resuming under faults")
struct ResumeFaultTests {
  /// What halts the store.
  enum Cause: String, CaseIterable, Sendable {
    case logSync, logWrite, flush, manifest
  }

  /// A halted store and what it must hold.
  private struct Halted {
    var disk: InMemoryFileSystem
    var failing: FailingFileSystem
    var store: EmbeddedStore
    var oracle: PrefixOracle<Contents>
    /// How many commits were acknowledged as on disk: all but the one of unknown outcome.
    var onDisk: Int
  }

  private func halt(_ cause: Cause, seed: UInt64) async throws -> Halted {
    let disk = InMemoryFileSystem()
    let failing = FailingFileSystem(disk) { _ in nil }
    let store = try await TestStore.open(failing)
    var workload = CrashWorkload(random: SplitMix64(seed: seed))
    try await workload.run(store, batches: 6)
    try await store.flush()
    for _ in 0..<6 { try await workload.step(store) }
    // The last one is on disk, and in the log alone.
    let last = workload.nextBatch()
    workload.oracle.record { CrashWorkload.apply(last, to: &$0) }
    _ = try await store.commit(last, since: nil, durability: .disk)
    let onDisk = workload.oracle.count
    failing.fail { call in
      switch cause {
      case .logSync where call.kind == .sync && call.path.hasSuffix(".log"):
        .syncDroppingPages(alsoFromMemory: false)
      case .logWrite where call.kind == .write && call.path.hasSuffix(".log"):
        .shortWrite(byteCount: 40)
      case .flush where call.kind == .write && call.path.hasSuffix(".sst"): .noSpace
      case .manifest where call.kind == .sync && call.path.contains("MANIFEST"): .ioError
      default: nil
      }
    }
    switch cause {
    case .logSync, .logWrite:
      let batch = workload.nextBatch()
      workload.oracle.record { CrashWorkload.apply(batch, to: &$0) }
      await #expect(throws: StoreError.self) {
        _ = try await store.commit(batch, since: nil, durability: .disk)
      }
    case .flush, .manifest:
      // Its edit, or its SSTable, cannot be written.
      await #expect(throws: StoreError.self) { try await store.flush() }
      await #expect(throws: StoreError.self) {
        var schema = TestStore.schema
        schema.name = "v"
        for _ in 0..<3 { try await store.createTable(schema) }
        try await store.flush()
      }
      // A flush that was asked for tells who asked; the store halts when the flush thread's own attempt has failed.
      while store.readOnlyCause == nil { try await Task.sleep(for: .milliseconds(1)) }
    }
    failing.heal()
    return Halted(
      disk: disk, failing: failing, store: store, oracle: workload.oracle, onDisk: onDisk)
  }

  private func judge(
    _ left: InMemoryFileSystem, _ halted: Halted, promised: Int
  ) async throws -> String? {
    do {
      let store = try await TestStore.open(left)
      let found = try await CrashWorkload.contents(of: store)
      try await store.close()
      let verdict = halted.oracle.judge(
        recovered: found, acknowledged: promised, begun: halted.oracle.count)
      if case .prefix = verdict { return nil }
      return "\(verdict)"
    } catch {
      return "does not open: \(error)"
    }
  }

  @Test(
    "Whichever call of a resumption fails, or is the last before a power cut, nothing promised is lost",
    arguments: Cause.allCases)
  func everyCall(cause: Cause) async throws {
    TestSeed.announce("everyCall")
    var random = SplitMix64(seed: TestSeed.value)
    var faults = 0
    var cuts = 0
    var number = 0
    while true {
      number += 1
      var halted = try await halt(cause, seed: TestSeed.value)
      let first = halted.failing.callCount
      let target = first + number
      let crashes = Mutex<[InMemoryFileSystem]>([])
      let seed = random.next()
      let fault: Fault = [.ioError, .noSpace, .ioErrorAfterwards][number % 3]
      // The power is cut before the call, and the call then fails.
      halted.failing.fail { [disk = halted.disk] call in
        guard call.number == target else { return nil }
        var random = SplitMix64(seed: seed)
        let left = [0.0, 0.5, 1].map {
          disk.crash(keepingUnsynced: $0, sectorBytes: 512, using: &random)
        }
        crashes.withLock { $0 = left }
        return fault
      }
      do {
        try await halted.store.resume()
      } catch {
        faults += 1
        let afterFailure = halted.disk.crash(keepingUnsynced: 0.5, using: &random)
        if let complaint = try await judge(afterFailure, halted, promised: halted.onDisk) {
          Issue.record("\(cause), call \(number), \(fault), power cut after it: \(complaint)")
        }
        let cutAfter = try #require(halted.failing.injected.last)
        #expect(halted.store.readOnlyCause != nil, "\(cause), call \(number), \(cutAfter)")
        halted.failing.heal()
        try await halted.store.resume()
      }
      let isOver = halted.failing.callCount < target
      halted.failing.heal()
      for left in crashes.withLock({ $0 }) {
        cuts += 1
        if let complaint = try await judge(left, halted, promised: halted.onDisk) {
          Issue.record(
            "\(cause), power cut before call \(number), \(halted.failing.injected): \(complaint)")
        }
      }
      let contents = try await CrashWorkload.contents(of: halted.store)
      #expect(contents == halted.oracle.last, "\(cause), call \(number)")
      // What comes next is built on the new log; the removal of the old one may not be on disk yet.
      let column = Column(family: "data", qualifier: "q")
      let next = RowMutations("next", [.put(column, timestamp: nil, value: "v")])
      halted.oracle.record { $0[Column(family: "t", qualifier: "next")] = [column: "v"] }
      try await halted.store.mutate(next, in: "t", durability: .disk)
      let cut = halted.disk.crash(keepingUnsynced: 0, using: &random)
      if let complaint = try await judge(cut, halted, promised: halted.oracle.count) {
        Issue.record("\(cause), power cut after resuming, call \(number): \(complaint)")
      }
      try await halted.store.close()
      if isOver { break }
    }
    print(
      "everyCall: \(cause): \(number - 1) calls of resume(), \(faults) failed, \(cuts) power cuts")
    #expect(number > 10 && faults > 5 && cuts > 20)
  }

  @Test(
    "What a failed sync has dropped a reopened store does not trust, though its own sync succeeds",
    arguments: [1, 2, 3])
  func reopenedAfterFailedSync(round: Int) async throws {
    let halted = try await halt(.logSync, seed: TestSeed.value &+ UInt64(round))
    await #expect(throws: StoreError.self) { try await halted.store.close() }
    // The same boot: the system still shows what it has not written.
    let again = try await TestStore.open(halted.failing)
    #expect(again.readOnlyCause == nil)
    let before = try await CrashWorkload.contents(of: again)
    let row = RowMutations(
      "after", [.put(Column(family: "data", qualifier: "q"), timestamp: nil, value: "v")])
    try await again.mutate(row, in: "t", durability: .disk)
    var random = SplitMix64(seed: 1)
    let cut = halted.disk.crash(keepingUnsynced: 0, using: &random)
    try await again.close()
    let recovered = try await TestStore.open(cut)
    var contents = try await CrashWorkload.contents(of: recovered)
    #expect(contents.removeValue(forKey: Column(family: "t", qualifier: "after")) != nil)
    #expect(contents == before)
    try await recovered.close()
  }
}
