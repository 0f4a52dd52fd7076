// SPDX-License-Identifier: Apache-2.0

import PanjeonTesting
import Testing

@Suite("HistoryChecker: planted anomalies")
struct PlantedAnomalyTests {
  /// What is found at a level, and whether the level is violated.
  struct Case: CustomTestStringConvertible {
    let name: String
    let history: String
    let found: [String]
    /// The strongest levels that still hold.
    let holds: [ConsistencyLevel]
    /// Those of which nothing can be said.
    var unknown: [ConsistencyLevel] = []

    var testDescription: String { name }
  }

  @Test("Lists", arguments: PlantedCases.lists)
  func lists(_ planted: Case) throws { try check(planted) }

  @Test("Registers", arguments: PlantedCases.registers)
  func registers(_ planted: Case) throws { try check(planted) }

  @Test("Ranges", arguments: PlantedCases.ranges)
  func ranges(_ planted: Case) throws { try check(planted) }

  private func check(_ planted: Case) throws {
    let history = try ShortHistory(planted.history)
    let report = history.check()
    #expect(history.describe(report) == planted.found, "\(report.text)")
    #expect(report.verdict == .violated)
    for level in ConsistencyLevel.allCases {
      let isImplied = planted.holds.contains { $0.implies(level) }
      let expected: CheckReport.Verdict =
        planted.unknown.contains(level) ? .unknown : isImplied ? .holds : .violated
      #expect(history.check(level).verdict == expected, "\(level.rawValue)")
    }
  }
}
