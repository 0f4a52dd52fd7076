// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Synchronization
import Testing
import WideColumn

@Suite("Replication crash")
struct ReplicationCrashTests {
  /// What befalls machine and volumes at one moment.
  enum Loss: CaseIterable {
    case process, processAndEphemeral, processAndOther, processAndBothEphemeral, processAndDurable
    case power, powerAndEphemeral

    var isPower: Bool { self == .power || self == .powerAndEphemeral }

    var lost: [String] {
      switch self {
      case .process, .power: []
      case .processAndEphemeral: ["/a"]
      case .processAndOther: ["/b"]
      case .processAndBothEphemeral, .powerAndEphemeral: ["/a", "/b"]
      case .processAndDurable: ["/d"]
      }
    }
  }

  struct Examined: Sendable {
    var crash: Crash
    var isPower: Bool
  }

  /// Collects crashes with losses at random calls that change the disk.
  final class Crasher: Sendable {
    struct State: Sendable {
      var random: SplitMix64
      var crashes: [Examined] = []
      weak var disk: InMemoryFileSystem?
    }

    let state: Mutex<State>
    let progress: Progress

    init(_ random: SplitMix64, _ progress: Progress) {
      state = Mutex(State(random: random))
      self.progress = progress
    }

    func observe(_ call: FileSystemCall) {
      guard call.changesDisk else { return }
      state.withLock { state in
        guard state.random.chance(0.03), let disk = state.disk else { return }
        let counts = progress.counts.withLock { $0 }
        let loss = Loss.allCases[state.random.below(Loss.allCases.count)]
        let kept = [0.0, 0.5, 1.0][state.random.below(3)]
        let left =
          loss.isPower
          ? disk.crash(keepingUnsynced: kept, using: &state.random) : disk.killProcess()
        for path in loss.lost { left.loseDirectory(path) }
        let isOnlyDisk = loss.isPower || loss == .processAndBothEphemeral
        let crash = Crash(
          disk: left, acknowledged: isOnlyDisk ? counts.onDisk : counts.inSystem, begun: Int.max,
          call: call)
        state.crashes.append(Examined(crash: crash, isPower: loss.isPower))
      }
    }
  }

  @Test(
    "After any loss that the mode promises to survive the state is a prefix that holds all it must")
  func prefixAfterLoss() async throws {
    TestSeed.announce("prefixAfterLoss")
    var seeds = SplitMix64(seed: TestSeed.value)
    var examined = 0
    for round in 0..<(10 * TestSeed.effort) {
      examined += try await run(seed: seeds.next(), round: round)
    }
    print("prefixAfterLoss: \(examined) losses examined")
    #expect(examined >= 300)
  }

  private func run(seed: UInt64, round: Int) async throws -> Int {
    var random = SplitMix64(seed: seed)
    var workload = CrashWorkload(random: random.fork(), regionRandom: random.fork())
    let crasher = Crasher(random.fork(), workload.progress)
    let disk = InMemoryFileSystem { call in crasher.observe(call) }
    crasher.state.withLock { $0.disk = disk }
    let store = try await TestVolumes.open(disk)
    try await workload.run(store, batches: 200)
    try await store.close()
    let crashes = crasher.state.withLock { $0.crashes }
    for examined in crashes {
      let verdict = try await examine(examined, workload)
      guard case .prefix = verdict else {
        Issue.record(
          "seed \(seed), round \(round), power \(examined.isPower), at \(examined.crash.call): \(verdict)"
        )
        return crashes.count
      }
    }
    return crashes.count
  }

  private func examine(
    _ examined: Examined, _ workload: CrashWorkload
  ) async throws -> PrefixOracle<Contents>.Verdict {
    let boot = examined.isPower ? "second boot" : TestVolumes.boot
    let disk = examined.crash.disk
    let store = try await TestVolumes.open(disk, boot: boot)
    let recovered = try await CrashWorkload.contents(of: store)
    try await store.close()
    let again = try await TestVolumes.open(disk, boot: boot)
    #expect(try await CrashWorkload.contents(of: again) == recovered)
    try await again.close()
    return workload.oracle.judge(
      recovered: recovered, acknowledged: examined.crash.acknowledged,
      begun: workload.oracle.count)
  }
}
