// SPDX-License-Identifier: Apache-2.0

import Logging
import PanjeonCheck
import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Trials of placement")
struct PlacementTests {
  private func outcome(
    seed: UInt64, planted: PlacementTrial.PlantedBug? = nil
  ) async -> PlacementOutcome {
    var configuration = StoreConfiguration()
    configuration.logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    return await PlacementTrial(
      seed: seed, lives: 4, batches: 80, planted: planted, configuration: configuration
    ).run()
  }

  @Test("Nothing that was promised is lost, whatever is lost of volumes, process and power")
  func holds() async throws {
    TestSeed.announce("Trials of placement")
    var report = PlacementReport()
    for round in 0..<UInt64(2 * TestSeed.effort) {
      let outcome = await outcome(seed: TestSeed.value &+ round)
      #expect(
        outcome.violations.isEmpty, "\(outcome.violations.map { ($0.seed, $0.text, $0.journal) })")
      report.add(outcome)
    }
    #expect(report.verdict == .holds, "\(report.text)")
    #expect(report.outcome.faults.total > 2)
    for durability in Durability.allCases {
      #expect(report.outcome.acknowledged[durability, default: 0] > 10, "\(durability)")
    }
  }

  @Test("Disks that lie are found out", arguments: PlacementTrial.PlantedBug.allCases)
  func planted(bug: PlacementTrial.PlantedBug) async {
    var found = 0
    for seed in 1..<UInt64(30) where found == 0 {
      found = await outcome(seed: seed, planted: bug).violations.count
    }
    #expect(found > 0)
  }

  @Test("A report without checks is vacuous, one with a violation violated")
  func verdicts() {
    var report = PlacementReport()
    #expect(report.verdict == .vacuous)
    report.add(PlacementOutcome())
    #expect(report.verdict == .vacuous)
    #expect(report.text.contains("placement: vacuous; 1 seeds, 0 lives"))
  }
}
