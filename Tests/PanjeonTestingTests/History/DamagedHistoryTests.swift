// SPDX-License-Identifier: Apache-2.0

import PanjeonTesting
import Testing
import WideColumn

/// Mutants of the checker's input: whatever is done to the history of a right store, it shows, and is called by its name.
@Suite("Damaged histories")
struct DamagedHistoryTests {
  @Test("Damage is found, wherever it is, and named", arguments: HistoryDamage.allCases)
  func found(damage: HistoryDamage) throws {
    TestSeed.announce("Damaged histories")
    var random = SplitMix64(seed: TestSeed.value)
    var named: [String: Int] = [:]
    let rounds = UInt64(10 * TestSeed.effort)
    for round in 0..<rounds {
      let events = LongHistory.events(
        damage.workload, count: 300, processCount: 6, seed: TestSeed.value &+ round)
      #expect(HistoryChecker().check(try History(events)).verdict == .holds)
      var damaged = events
      try #require(damage.apply(to: &damaged, using: &random), "nowhere to do it")
      let names = try Self.names(of: damaged, "round \(round)")
      #expect(!names.isDisjoint(with: damage.names), "round \(round): \(names.sorted())")
      for name in names { named[name, default: 0] += 1 }
    }
    // Whatever follows from the damage is named as well: those that always come, then the others.
    let text = named.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { name, count in
      count == rounds ? name : "\(name) (\(count) of \(rounds))"
    }
    // `.ci/check-mutants` shows these lines.
    print("damaged history: \(damage.rawValue): \(text.joined(separator: ", "))")
  }

  /// What the checker calls the anomalies of a history, those that rule the level out; or that it is no history.
  private static func names(of events: [HistoryEvent], _ round: String) throws -> Set<String> {
    let history: History
    do throws(HistoryError) {
      history = try History(events)
    } catch {
      return ["malformed"]
    }
    let report = HistoryChecker().check(history)
    #expect(report.verdict == .violated, "\(round): \(report.text)")
    return Set(report.anomalies.map(\.name))
  }

  @Test(
    "The workload's own check tells of a count that is lost, or made twice, without the checker")
  func counts() throws {
    for damage in [HistoryDamage.insertLost, .idMissed, .idDuplicated, .futureID] {
      var random = SplitMix64(seed: TestSeed.value)
      let events = LongHistory.events(
        damage.workload, count: 300, processCount: 6, seed: TestSeed.value)
      let counter = WorkloadKind.counter.workload(seed: TestSeed.value)
      #expect(counter.violations(in: try History(events)) == [])
      var damaged = events
      try #require(damage.apply(to: &damaged, using: &random), "nowhere to do it")
      #expect(counter.violations(in: try History(damaged)) != [], "\(damage)")
    }
  }
}
