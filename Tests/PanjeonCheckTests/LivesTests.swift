// SPDX-License-Identifier: Apache-2.0

import PanjeonCheck
import PanjeonTesting
import Testing

@Suite("Runs of couples' lives")
struct LivesTests {
  private func outcome(
    _ store: LivesRequest.Store, faults: Set<WorkloadFault> = Set(WorkloadFault.allCases),
    operations: Int = 100, seed: UInt64
  ) async throws -> LivesOutcome {
    try await LivesRequest(
      store: store, faults: faults, clients: 4, couples: 3, operations: operations, seed: seed
    ).run()
  }

  @Test("On the simulated store nothing is violated, whatever the faults of the seed")
  func simulated() async throws {
    TestSeed.announce("Lives on the simulated store")
    var faults = WorkloadFaultCounts()
    var actions: [String: Int] = [:]
    for round in 0..<UInt64(4 * TestSeed.effort) {
      let outcome = try await outcome(.simulated, seed: TestSeed.value &+ round)
      #expect(outcome.verdict == .holds, "\(outcome.text)")
      faults.add(outcome.faults)
      actions.merge(outcome.actions, uniquingKeysWith: +)
    }
    for fault in WorkloadFault.allCases { #expect(faults[fault] > 0, "\(fault)") }
    for action in ["send", "deleteMessage", "breakUp"] {
      #expect(actions[action, default: 0] > 0, "\(action) of \(actions)")
    }
  }

  @Test("A seed decides all that is done on the simulated store")
  func deterministic() async throws {
    let first = try await outcome(.simulated, operations: 40, seed: TestSeed.value)
    let again = try await outcome(.simulated, operations: 40, seed: TestSeed.value)
    let other = try await outcome(.simulated, operations: 40, seed: TestSeed.value &+ 1)
    #expect(first.digest == again.digest)
    #expect(first.digest != other.digest)
  }

  @Test("On the engine what is left after each crash is sound")
  func memory() async throws {
    TestSeed.announce("Lives on the engine")
    let outcome = try await outcome(
      .memory, faults: [.crash], operations: 200, seed: TestSeed.value)
    #expect(outcome.verdict == .holds, "\(outcome.text)")
    #expect(outcome.faults[.crash] > 0 && outcome.sent > 0)
  }
}
