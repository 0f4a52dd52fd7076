// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing

/// Workloads that cannot fail prove nothing: each breach of a store's promises is found by those that are made for it.
@Suite("Workloads on broken stores", .serialized)
struct BrokenStoreTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var bug: BrokenStore.Bug
    var kind: WorkloadKind
    var testDescription: String { "\(bug) found by \(kind.rawValue)" }
  }

  private static let finders: [BrokenStore.Bug: [WorkloadKind]] = [
    .noRangeValidation: [.phantom],
    .noReadValidation: [.writeSkew, .register, .append],
    .noValidation: [.append, .register, .bank, .cycle, .writeSkew, .phantom],
    .lostCommit: WorkloadKind.allCases,
    .halfCommit: [.append, .register, .bank, .cycle, .counter],
    .doubleCommit: [.append, .counter],
    .staleSnapshot: [.append, .register, .counter, .set],
    .unpinnedReads: [.append, .register, .bank],
  ]

  static let cases = BrokenStore.Bug.allCases.flatMap { bug in
    (finders[bug] ?? []).map { Case(bug: bug, kind: $0) }
  }

  @Test("A broken promise is found", arguments: cases)
  func found(one: Case) async throws {
    // Which interleavings there are is up to the threads: a few runs give each bug its chance.
    for attempt in 0..<UInt64(8) where try await isFound(one, seed: TestSeed.value &+ attempt) {
      return
    }
    Issue.record("\(one.kind.rawValue) did not find \(one.bug) in 8 runs")
  }

  @Test("A commit that is said to have met a change of a range, though it was made, is made once")
  func falseConflict() async throws {
    for attempt in 0..<UInt64(2) {
      let one = Case(bug: .falseConflict, kind: .phantom)
      #expect(try await !isFound(one, seed: TestSeed.value &+ attempt))
    }
  }

  private func isFound(_ one: Case, seed: UInt64) async throws -> Bool {
    let store = try await WorkloadFixture.store()
    let run: (events: [HistoryEvent], counts: WorkloadCounts)
    do {
      run = try await WorkloadFixture.run(
        one.kind, seed: seed, on: BrokenStore(store, one.bug, seed: seed)
      ) { options in
        options.clients = 16
        options.transactions = 400
      }
    } catch is WorkloadError {
      return true
    }
    try await store.close()
    let history = try History(run.events)
    return HistoryChecker().check(history).verdict == .violated
      || !one.kind.workload(seed: seed).violations(in: history).isEmpty
      || !run.counts.malformed.isEmpty
  }
}
