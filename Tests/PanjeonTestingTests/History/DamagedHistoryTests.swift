// SPDX-License-Identifier: Apache-2.0

import PanjeonTesting
import Testing
import WideColumn

/// Mutants of the checker's input: whatever is done to the history of a right store, it shows.
@Suite("Damaged histories")
struct DamagedHistoryTests {
  @Test("Damage is found, wherever it is", arguments: HistoryDamage.allCases)
  func found(damage: HistoryDamage) throws {
    TestSeed.announce("Damaged histories")
    var random = SplitMix64(seed: TestSeed.value)
    for round in 0..<UInt64(20 * TestSeed.effort) {
      let events = LongHistory.events(
        damage.workload, count: 300, processCount: 6, seed: TestSeed.value &+ round)
      #expect(HistoryChecker().check(try History(events)).verdict == .holds)
      var damaged = events
      try #require(damage.apply(to: &damaged, using: &random), "nowhere to do it")
      if damage.isMalformed {
        #expect(throws: HistoryError.self) { try History(damaged) }
      } else {
        let report = HistoryChecker().check(try History(damaged))
        #expect(report.verdict == .violated, "round \(round): \(report.text)")
      }
    }
  }
}
