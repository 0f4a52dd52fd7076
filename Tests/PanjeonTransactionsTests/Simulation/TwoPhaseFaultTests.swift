// SPDX-License-Identifier: Apache-2.0

import PanjeonTesting
import PanjeonTransactions
import Testing
import WideColumn

/// Small scenarios of commits in two phases with a fault or two, at every call.
@Suite("Simulation: schedules in two phases, with faults")
struct TwoPhaseFaultTests {
  /// One who writes two rows, and one who reads and writes them the other way round.
  static func pair(
    _ name: String, _ faults: [StoreFault], faultsMax: Int = 1,
    preemptionsMax: Int = TestSeed.effort > 1 ? 1 : 0,
    options: TransactionOptions = .inMemory
  ) -> ScheduleScenario {
    var scenario = ScheduleScenario(
      Exploration(name, faults: faults, faultsMax: faultsMax, preemptionsMax: preemptionsMax),
      reads: [.read("a", nil), .read("b", nil)],
      { client in
        try await client.transact(
          [.append("a", 1), .append("b", 1)], options, appendsBlindly: false)
      },
      { client in
        try await client.transact([.read("b", nil), .append("a", 11)], options)
      })
    scenario.path = .twoPhases
    return scenario
  }

  private func explore(_ scenario: ScheduleScenario) throws {
    let summary = try scenario.explore()
    #expect(summary.isComplete)
  }

  @Test("1, 3 to 5: a client dies before and after each of its calls")
  func crash() throws {
    try explore(Self.pair("two-phase-crash", [.crashBefore, .crashAfter]))
  }

  @Test("7, 8: and who recovers dies as well, at each step")
  func crashes() throws {
    try explore(
      Self.pair(
        "two-phase-crashes", [.crashBefore, .crashAfter], faultsMax: 2,
        preemptionsMax: 0))
  }

  @Test("9, 49: an owner dies, and two others recover at once, one in each way of committing")
  func recoverers() throws {
    let reads: [MicroOperation] = [.read("a", nil), .read("b", nil)]
    var scenario = ScheduleScenario(
      Exploration(
        "two-phase-recoverers", faults: [.crashBefore, .lateCall],
        preemptionsMax: TestSeed.effort > 1 ? 1 : 0),
      reads: reads,
      { client in try await client.transact([.append("a", 1), .append("b", 1)], .inMemory) },
      { client in
        try await client.transact([.read("b", nil), .append("b", 11)], .inMemory)
      },
      { client in try await client.transact([.read("b", nil), .read("a", nil)], .inMemory) })
    scenario.path = .mixed
    _ = try scenario.explore()
  }

  @Test("12 to 14: a call is late, lost, refused, or made without an answer")
  func unanswered() throws {
    try explore(
      Self.pair("two-phase-unanswered", [.lateCall, .lostCall, .lostAnswer, .unavailable]))
  }

  @Test("15: a call is made twice, at once or after others")
  func duplicate() throws {
    try explore(Self.pair("two-phase-duplicate", [.duplicate, .lateDuplicate]))
  }

  @Test("2, 10, 11: a client stands still for longer than its locks live, and goes on")
  func stall() throws {
    try explore(Self.pair("two-phase-stall", [.stall]))
  }

  @Test("54: the store is restarted, and loses what was not durable")
  func restart() throws {
    try explore(Self.pair("two-phase-restart", [.restart], options: TransactionOptions()))
  }
}
