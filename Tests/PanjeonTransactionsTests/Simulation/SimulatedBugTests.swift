// SPDX-License-Identifier: Apache-2.0

import PanjeonTesting
import PanjeonTransactions
import Testing
import WideColumn

/// What finds nothing proves nothing: each thing that a store can be made to do wrong is found.
@Suite("Simulation: planted bugs", .enabled(if: !TestSeed.isSet("PANJEON_SCHEDULE")))
struct SimulatedBugTests {
  /// Expects that a scenario fails, and that its schedule fails again with the same words.
  private func expectFound(_ scenario: ScheduleScenario) throws {
    let error = #expect(throws: SimulationError.self) { try scenario.explore() }
    let found = try #require(error)
    #expect(found.code == .failed)
    let failure = try #require(found.cause as? ScheduleScenario.Failure)
    print("\(scenario.bug?.rawValue ?? "none"): \(found.message); \(found.replay)")
    let again = #expect(throws: SimulationError.self) { try scenario.replay(found) }
    #expect((again?.cause as? ScheduleScenario.Failure)?.description == failure.description)
  }

  @Test("Conditions that are not checked")
  func conditions() throws {
    try expectFound(SimulatedScheduleTests.lostUpdate(.conditionsUnchecked))
    try expectFound(SimulatedScheduleTests.writeSkew(.conditionsUnchecked))
  }

  @Test("Ranges that are not checked, or whose inserts go unnoticed")
  func ranges() throws {
    try expectFound(SimulatedScheduleTests.phantom(.rangesUnchecked))
    try expectFound(SimulatedScheduleTests.phantom(.insertsUnnoticed))
  }

  @Test("Commits that are answered before they are durable, or though a restart has lost them")
  func durability() throws {
    try expectFound(SimulatedFaultTests.restart(.acknowledgesEarly))
    try expectFound(SimulatedFaultTests.restart(.acknowledgesLost))
  }

  @Test("Snapshots that go on though a restart has lost what they have seen")
  func snapshots() throws {
    try expectFound(SimulatedFaultTests.restart(.readsLostSnapshots))
  }

  @Test("A store that sends commits again by itself, and gives the second answer")
  func secondAnswer() throws {
    try expectFound(SimulatedFaultTests.duplicate(.answersTheSecond))
  }

  @Test("Snapshots that read the present are found by random walks")
  func walks() throws {
    let first = TestSeed.value
    let found = (first..<first + 100).first { seed in
      var walk = SimulatedWalk(seed: seed)
      walk.bug = .readsNewest
      return (try? walk.run().verdict) == .violated
    }
    print("readsNewest: found by seed \(found.map(String.init) ?? "none") from \(first) on")
    #expect(found != nil)
  }
}
