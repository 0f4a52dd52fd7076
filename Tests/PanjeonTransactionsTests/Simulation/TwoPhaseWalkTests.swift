// SPDX-License-Identifier: Apache-2.0

import PanjeonTesting
import PanjeonTransactions
import Testing
import WideColumn

/// Random runs of commits in two phases, under faults of every kind.
@Suite("Simulation: random walks in two phases", .enabled(if: !TestSeed.isSet("PANJEON_SCHEDULE")))
struct TwoPhaseWalkTests {
  @Test("Random transactions under random faults", arguments: [CommitPath.twoPhases, .mixed])
  func walks(path: CommitPath) throws {
    TestSeed.announce("walks in two phases")
    let first = TestSeed.value
    var faults = FaultCounts()
    var (committed, unknown) = (0, 0)
    let count = UInt64(TestSeed.isSet("PANJEON_SEED") ? 1 : 60 * TestSeed.effort)
    for seed in first..<first + count {
      var walk = SimulatedWalk(seed: seed)
      walk.path = path
      let result: SimulatedWalk.Result
      do {
        result = try walk.run()
      } catch {
        Issue.record("seed \(seed) \(path): \(error)")
        continue
      }
      #expect(
        result.verdict != .violated, "\(result.simulation.replay) \(path)\n\(result.text)")
      if result.verdict == .unknown { unknown += 1 }
      faults += result.simulation.faultCounts
      committed += result.committed
    }
    print("\(path) from seed \(first): \(committed) committed; faults: \(faults)")
    #expect(committed > 0)
    #expect(unknown <= Int(count) / 20)
  }
}
