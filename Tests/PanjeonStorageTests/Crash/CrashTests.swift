// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Synchronization
import Testing
import WideColumn

@Suite("Crash")
struct CrashTests {
  /// Collects crashes at random calls that change the disk.
  final class Crasher: Sendable {
    struct State: Sendable {
      var random: SplitMix64
      var crashes: [Crash] = []
      weak var disk: InMemoryFileSystem?
    }

    let state: Mutex<State>
    let progress: Progress
    let chance: Double

    init(_ random: SplitMix64, _ progress: Progress, chance: Double) {
      state = Mutex(State(random: random))
      self.progress = progress
      self.chance = chance
    }

    func observe(_ call: FileSystemCall) {
      guard call.changesDisk else { return }
      state.withLock { state in
        guard state.random.chance(chance), let disk = state.disk else { return }
        let counts = progress.counts.withLock { $0 }
        let kept = [0.0, 0.1, 0.5, 0.9, 1.0][state.random.below(5)]
        if state.random.chance(0.2) {
          state.crashes.append(
            Crash(
              disk: disk.killProcess(), acknowledged: counts.inSystem,
              begun: Int.max, call: call))
        } else {
          state.crashes.append(
            Crash(
              disk: disk.crash(keepingUnsynced: kept, using: &state.random),
              acknowledged: counts.onDisk, begun: Int.max, call: call))
        }
      }
    }
  }

  @Test("After a crash between any two system calls the state is a prefix that holds all it must")
  func prefixAfterCrash() async throws {
    TestSeed.announce("prefixAfterCrash")
    var seeds = SplitMix64(seed: TestSeed.value)
    var cycles = 0
    for round in 0..<(40 * TestSeed.effort) {
      let seed = seeds.next()
      cycles += try await run(seed: seed, round: round)
    }
    print("prefixAfterCrash: \(cycles) crashes examined")
    #expect(cycles >= 2000)
  }

  private func run(seed: UInt64, round: Int) async throws -> Int {
    var random = SplitMix64(seed: seed)
    var workload = CrashWorkload(random: random.fork(), regionRandom: random.fork())
    let crasher = Crasher(random.fork(), workload.progress, chance: 0.1)
    let disk = InMemoryFileSystem { call in crasher.observe(call) }
    crasher.state.withLock { $0.disk = disk }
    let store = try await TestStore.open(disk)
    try await workload.run(store, batches: 200)
    try await store.close()
    let crashes = crasher.state.withLock { $0.crashes }
    for crash in crashes {
      let verdict = try await examine(crash, workload)
      if random.chance(0.1) { try await goOn(crash, &random, seed: seed) }
      guard case .prefix = verdict else {
        Issue.record("seed \(seed), round \(round), at \(crash.call): \(verdict)")
        return crashes.count
      }
    }
    return crashes.count
  }

  /// What recovery brought back lives on, through splits, merges and flushes, until the process is killed.
  private func goOn(_ crash: Crash, _ random: inout SplitMix64, seed: UInt64) async throws {
    let store = try await TestStore.open(crash.disk)
    guard try await store.tables().count == CrashWorkload.tables.count else {
      return try await store.close()
    }
    var workload = CrashWorkload(random: random.fork(), regionRandom: random.fork())
    workload.oracle = PrefixOracle(initial: try await CrashWorkload.contents(of: store))
    for _ in 0..<40 { try await workload.step(store) }
    let left = crash.disk.killProcess()
    try await store.close()
    let again = try await TestStore.open(left)
    let verdict = workload.oracle.judge(
      recovered: try await CrashWorkload.contents(of: again),
      acknowledged: workload.progress.counts.withLock { $0.inSystem },
      begun: workload.oracle.count)
    if case .prefix = verdict {} else { Issue.record("seed \(seed), going on: \(verdict)") }
    try await again.close()
  }

  private func examine(
    _ crash: Crash, _ workload: CrashWorkload
  ) async throws -> PrefixOracle<Contents>.Verdict {
    let store = try await TestStore.open(crash.disk)
    let recovered = try await CrashWorkload.contents(of: store)
    try await store.close()
    // Recovery itself must have changed nothing, and must have left a store that opens cleanly.
    let again = try await TestStore.open(crash.disk)
    let reread = try await CrashWorkload.contents(of: again)
    #expect(reread == recovered)
    #expect(again.recovery.bytesDropped == 0)
    try await again.close()
    return workload.oracle.judge(
      recovered: recovered, acknowledged: crash.acknowledged, begun: workload.oracle.count)
  }
}
