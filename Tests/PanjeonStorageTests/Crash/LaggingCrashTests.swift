// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Synchronization
import Testing
import WideColumn

@Suite("Crash of a disk that follows")
struct LaggingCrashTests {
  /// Slows the following disk down, and crashes it at random calls.
  private final class Crasher: Sendable {
    private struct State: Sendable {
      var random: SplitMix64
      var crashes: [Crash] = []
      weak var disk: InMemoryFileSystem?
      weak var leading: InMemoryFileSystem?
    }

    private let state: Mutex<State>
    private let progress: Progress

    init(_ random: SplitMix64, _ progress: Progress) {
      state = Mutex(State(random: random))
      self.progress = progress
    }

    func begin(_ disk: InMemoryFileSystem, _ leading: InMemoryFileSystem) {
      state.withLock { state in
        state.disk = disk
        state.leading = leading
      }
    }

    var crashes: [Crash] { state.withLock { $0.crashes } }

    func observe(_ call: FileSystemCall) {
      guard call.changesDisk else { return }
      let delay = state.withLock { state -> Duration? in
        if state.random.chance(0.1) { crash(call, &state) }
        guard call.path.hasSuffix(".log"), state.random.chance(0.05) else { return nil }
        return .microseconds(state.random.below(4000))
      }
      guard let delay else { return }
      Monitor(0).wait(timeout: delay) { _ -> Void? in nil }
    }

    private func crash(_ call: FileSystemCall, _ state: inout State) {
      guard let disk = state.disk, let leading = state.leading else { return }
      let counts = progress.counts.withLock { $0 }
      let (left, acknowledged) =
        switch state.random.below(6) {
        // The process dies, and all volumes are there; what leads has everything.
        case 0: (leading.killProcess(), counts.inSystem)
        // The process dies, and with it what leads.
        case 1: (disk.killProcess(), counts.onDisk)
        // The power goes.
        default:
          (
            disk.crash(
              keepingUnsynced: [0.0, 0.1, 0.5, 0.9][state.random.below(4)], using: &state.random),
            counts.onDisk
          )
        }
      state.crashes.append(Crash(disk: left, acknowledged: acknowledged, begun: .max, call: call))
    }
  }

  @Test(
    "A disk that follows holds a prefix at any moment, with all that was acknowledged as on disk; the one that leads, as in the system"
  )
  func prefixOnEither() async throws {
    TestSeed.announce("prefixOnEither")
    var seeds = SplitMix64(seed: TestSeed.value)
    var examined = 0
    var mostBehind = 0
    for round in 0..<(12 * TestSeed.effort) {
      let seed = seeds.next()
      var random = SplitMix64(seed: seed)
      var workload = CrashWorkload(random: random.fork(), regionRandom: random.fork())
      let crasher = Crasher(random.fork(), workload.progress)
      let disk = InMemoryFileSystem { crasher.observe($0) }
      let leading = InMemoryFileSystem()
      crasher.begin(disk, leading)
      let lagging = LaggingFileSystem(leading, followedBy: disk)
      let store = try await TestStore.open(lagging)
      try await workload.run(store, batches: 0)
      for _ in 0..<200 {
        try await workload.step(store)
        mostBehind = max(mostBehind, lagging.bytesBehind)
      }
      try await store.close()
      for crash in crasher.crashes {
        let verdict = try await examine(crash, workload)
        examined += 1
        guard case .prefix = verdict else {
          Issue.record("seed \(seed), round \(round), at \(crash.call): \(verdict)")
          return
        }
      }
    }
    print("prefixOnEither: \(examined) crashes examined, up to \(mostBehind) bytes behind")
    #expect(examined >= 600 && mostBehind > 1000)
  }

  private func examine(
    _ crash: Crash, _ workload: CrashWorkload
  ) async throws -> PrefixOracle<Contents>.Verdict {
    let store = try await TestStore.open(crash.disk)
    let recovered = try await CrashWorkload.contents(of: store)
    try await store.close()
    return workload.oracle.judge(
      recovered: recovered, acknowledged: crash.acknowledged, begun: workload.oracle.count)
  }
}
