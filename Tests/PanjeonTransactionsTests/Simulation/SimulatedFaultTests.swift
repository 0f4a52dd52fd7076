// SPDX-License-Identifier: Apache-2.0

import PanjeonTesting
import PanjeonTransactions
import Testing
import WideColumn

/// Small scenarios with a fault or two, at every call, in every order.
@Suite("Simulation: every schedule with faults")
struct SimulatedFaultTests {
  /// A client that reads a list and writes it anew.
  private static func appender(
    _ elements: Scalar..., options: TransactionOptions = .inMemory
  ) -> ScheduleScenario.Body {
    { client in
      for element in elements {
        try await client.transact([.append("a", element)], options, appendsBlindly: false)
      }
    }
  }

  static func restart(_ bug: PlantedBug? = nil) -> ScheduleScenario {
    ScheduleScenario(
      Exploration("restart", faults: [.restart], preemptionsMax: 4), reads: [.read("a", nil)],
      bug: bug,
      { client in
        try await client.transact([.append("a", 1)], .once, appendsBlindly: false)
      },
      { client in
        try await client.transact([.read("a", nil)], .once)
        try await client.transact([.append("a", 2)], .once, appendsBlindly: false)
      })
  }

  static func duplicate(_ bug: PlantedBug? = nil) -> ScheduleScenario {
    ScheduleScenario(
      Exploration("duplicate", faults: [.duplicate, .lateDuplicate], preemptionsMax: 3),
      reads: [.read("a", nil)], bug: bug, appender(1, 2), appender(11))
  }

  @Test("11 to 13: a commit that is late, lost, or made without an answer, beside another writer")
  func unanswered() throws {
    let scenario = ScheduleScenario(
      Exploration(
        "unanswered", faults: [.lateCall, .lostCall, .lostAnswer, .unavailable], preemptionsMax: 3),
      reads: [.read("a", nil)], Self.appender(1), Self.appender(2, options: .inMemory))
    #expect(try scenario.explore().isComplete)
  }

  @Test("12, 15: a commit that is made twice, the second time at once or after others have written")
  func duplicate() throws {
    #expect(try Self.duplicate().explore().isComplete)
  }

  @Test(
    "12: a store that makes commits twice, and gives the second answer: made once, if nobody comes between"
  )
  func secondAnswer() throws {
    let scenario = ScheduleScenario(
      Exploration("second-answer", faults: [.duplicate], faultsMax: 3),
      reads: [.read("a", nil), .scan("x", nil)], bug: .answersTheSecond,
      { client in
        try await client.transact([.append("a", 1)], .once, appendsBlindly: false)
        try await client.transact([.append("a", 2)], .once)
        try await client.transact([.scan("x", nil), .insert("x", 1)], .once)
      })
    // What is said to have failed, and is there, would be an anomaly.
    #expect(try scenario.explore().isComplete)
  }

  @Test("12: the same, and a restart before it is durable: what is said to be made is there")
  func secondAnswerAndRestart() throws {
    let scenario = ScheduleScenario(
      Exploration(
        "second-answer-restart", faults: [.duplicate, .restart], faultsMax: 2, preemptionsMax: 2),
      reads: [.read("a", nil)], bug: .answersTheSecond, Self.appender(1, options: .once),
      { client in try await client.transact([.read("a", nil)], .once) })
    #expect(try scenario.explore().isComplete)
  }

  @Test("3, 4: a client that dies before or after a commit, and another one that goes on")
  func crash() throws {
    let scenario = ScheduleScenario(
      Exploration("crash", faults: [.crashBefore, .crashAfter], preemptionsMax: 2),
      reads: [.read("a", nil), .read("b", nil)],
      { client in
        try await client.transact([.append("a", 1), .append("b", 1)])
        try await client.transact([.read("a", nil), .append("b", 2)])
      },
      { client in
        try await client.transact([.read("b", nil), .append("a", 11)])
      })
    #expect(try scenario.explore().isComplete)
  }

  @Test("A restart loses what was not synced, and nobody has been told that it was there")
  func restart() throws {
    #expect(try Self.restart().explore().isComplete)
  }

  @Test("27: a snapshot sees nothing that a restart can lose")
  func snapshotAndRestart() throws {
    let scenario = ScheduleScenario(
      Exploration("snapshot-restart", faults: [.restart], preemptionsMax: 3),
      reads: [.read("a", nil)],
      { client in try await client.transact([.append("a", 1)], .once) },
      { client in
        try await client.readSnapshot([.read("a", nil)])
        // The store may be restarted at this call.
        try await client.transact([.append("b", 1)], .once)
        try await client.readSnapshot([.read("a", nil)])
      })
    #expect(try scenario.explore().isComplete)
  }

  @Test("A commit that is made twice, and lost in a restart before it was durable")
  func duplicateAndRestart() throws {
    let scenario = ScheduleScenario(
      Exploration(
        "duplicate-restart", faults: [.duplicate, .restart], faultsMax: 2, preemptionsMax: 2),
      reads: [.read("a", nil)], Self.appender(1, options: .once),
      { client in try await client.transact([.read("a", nil)], .once) })
    #expect(try scenario.explore().isComplete)
  }

  @Test("2, 34: a client that stands still with a commit to make, and one that goes on")
  func stall() throws {
    let scenario = ScheduleScenario(
      Exploration("stall", faults: [.stall, .clockJump], faultsMax: 2, preemptionsMax: 2),
      reads: [.read("a", nil)], Self.appender(1, 2), Self.appender(11))
    #expect(try scenario.explore().isComplete)
  }
}
