// SPDX-License-Identifier: Apache-2.0

import PanjeonCheck
import PanjeonTesting
import Testing

@Suite("Runs on the simulated store")
struct SimulatedRunTests {
  private func outcome(_ kind: WorkloadKind, seed: UInt64) async throws -> RunOutcome {
    try await RunRequest(
      kind: kind, store: .simulated, faults: Set(WorkloadFault.allCases), clients: 4,
      transactions: 60, seed: seed
    ).run()
  }

  @Test("Each workload holds, whatever the faults of the seed", arguments: WorkloadKind.allCases)
  func holds(kind: WorkloadKind) async throws {
    TestSeed.announce("Runs on the simulated store")
    var faults = 0
    for round in 0..<UInt64(8 * TestSeed.effort) {
      let outcome = try await outcome(kind, seed: TestSeed.value &+ round)
      #expect(outcome.json.contains("\"verdict\":\"holds\""), "\(outcome.text(isShort: false))")
      faults += outcome.run.faults.total
    }
    #expect(faults > 20)
  }

  @Test("A seed decides every byte of the history", arguments: WorkloadKind.allCases)
  func deterministic(kind: WorkloadKind) async throws {
    let history = try await outcome(kind, seed: TestSeed.value).run.history
    #expect(try await outcome(kind, seed: TestSeed.value).run.history == history)
    #expect(try await outcome(kind, seed: TestSeed.value &+ 1).run.history != history)
  }

  @Test(
    "Whatever the seed, each fault that was asked for is injected",
    arguments: 1...12 as ClosedRange<UInt64>)
  func eachFault(seed: UInt64) async throws {
    for kind in [WorkloadKind.append, .longFork] {
      let faults = try await RunRequest(
        kind: kind, store: .simulated, faults: Set(WorkloadFault.allCases), clients: 4,
        transactions: 300, seed: seed
      ).run().run.faults
      for fault in WorkloadFault.allCases { #expect(faults[fault] > 0, "\(fault) of \(kind)") }
    }
  }
}
