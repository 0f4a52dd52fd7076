// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import PanjeonTransactions
import Synchronization
import Testing
import WideColumn

/// What clients were told before a crash holds after it, of everything that they saw.
@Suite("Workloads that crash", .serialized)
struct WorkloadCrashTests {
  /// What is left at one moment of a run.
  private struct Crash: Sendable {
    var events: [HistoryEvent]
    var fileSystem: InMemoryFileSystem
  }

  private static let transactions = 240
  private static let kinds: [WorkloadKind] = [.append, .register, .bank, .phantom, .counter]

  @Test(
    "A power cut takes nothing that was seen, by transactions of durability disk", arguments: kinds)
  func powerCut(kind: WorkloadKind) async throws {
    try await check(kind, [.disk]) { disk, seed in
      var random = SplitMix64(seed: seed)
      return disk.crash(keepingUnsynced: Double(random.below(2)) / 4, using: &random)
    }
  }

  @Test(
    "The death of the process takes nothing that was seen, unless it asked for memory only",
    arguments: kinds)
  func processDeath(kind: WorkloadKind) async throws {
    try await check(kind, [.operatingSystem, .disk]) { disk, _ in disk.killProcess() }
  }

  private func check(
    _ kind: WorkloadKind, _ durabilities: [Durability],
    _ crash: @escaping @Sendable (InMemoryFileSystem, UInt64) -> InMemoryFileSystem
  ) async throws {
    TestSeed.announce("Workloads that crash")
    for round in 0..<UInt64(TestSeed.effort) {
      let seed = TestSeed.value &+ round
      for left in try await crashes(kind, durabilities, seed: seed, crash) {
        let history = try await History(left.events + lastReads(kind, seed: seed, left.fileSystem))
        let report = HistoryChecker().check(history)
        #expect(report.verdict == .holds, "\(report.text)")
        #expect(kind.workload(seed: seed).violations(in: history) == [])
      }
    }
  }

  /// Runs a workload on a slow disk, and takes what a crash would leave at several moments.
  private func crashes(
    _ kind: WorkloadKind, _ durabilities: [Durability], seed: UInt64,
    _ crash: @escaping @Sendable (InMemoryFileSystem, UInt64) -> InMemoryFileSystem
  ) async throws -> [Crash] {
    let disk = InMemoryFileSystem()
    let slow = FailingFileSystem(disk) { call in
      // Between being in order and being durable there is time to be seen.
      call.kind == .sync || call.kind == .write ? .latency(.milliseconds(1)) : nil
    }
    let store = try await EmbeddedStore.open(at: "/crash", configuration: configuration(slow))
    let recorded = InMemoryHistory()
    let state = Mutex((ended: 0, crashes: [Crash]()))
    var options = WorkloadOptions()
    options.transactions = Self.transactions
    options.durabilities = durabilities
    options.transaction.durability = .disk
    options.seed = seed
    options.onEnd = {
      state.withLock { state in
        state.ended += 1
        guard state.ended % (Self.transactions / 6) == 0 else { return }
        // First what was told, then what is left: whatever was told of by then must be in it.
        let events = recorded.eventsIfKilled
        state.crashes.append(
          Crash(events: events, fileSystem: crash(disk, seed &+ UInt64(state.ended))))
      }
    }
    let clock = SystemTimeSource()
    let runner = WorkloadRunner(
      kind.workload(seed: seed), clock: clock, history: recorded, options)
    try await runner.run(
      through: (1...2).map { TransactionManager(store: store, timeSource: clock, seed: seed &+ $0) }
    )
    try await store.close()
    return state.withLock { $0.crashes }
  }

  private func lastReads(
    _ kind: WorkloadKind, seed: UInt64, _ disk: InMemoryFileSystem
  ) async throws -> [HistoryEvent] {
    let store = try await EmbeddedStore.open(at: "/crash", configuration: configuration(disk))
    var options = WorkloadOptions()
    (options.firstTransaction, options.transactions) = (Self.transactions, 0)
    options.firstProcess = 1_000_000
    let recorded = InMemoryHistory()
    let clock = SystemTimeSource()
    let runner = WorkloadRunner(
      kind.workload(seed: seed), clock: clock, history: recorded, options)
    try await runner.runLast(
      through: TransactionManager(store: store, timeSource: clock, seed: seed))
    try await store.close()
    return recorded.events
  }

  private func configuration(_ fileSystem: any FileSystem) -> StoreConfiguration {
    var configuration = StoreConfiguration()
    configuration.fileSystem = fileSystem
    configuration.memtableBytesMax = 64 << 10
    configuration.logSegmentBytes = 64 << 10
    configuration.logRetentionBytesMax = 256 << 10
    return configuration
  }
}
