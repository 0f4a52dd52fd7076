// SPDX-License-Identifier: Apache-2.0

import PanjeonTesting
import PanjeonTransactions
import Testing
import WideColumn

/// Random runs, one for each seed from `PANJEON_SEED` on; `PANJEON_EFFORT` times 300 of them.
@Suite("Simulation: random walks")
struct SimulatedWalkTests {
  @Test("Whatever the faults, histories are strictly serializable")
  func walks() throws {
    TestSeed.announce("simulated walks")
    let first = TestSeed.value
    let count = UInt64(300 * TestSeed.effort)
    var faults = FaultCounts()
    var verdicts: [CheckReport.Verdict: Int] = [:]
    var (steps, committed) = (0, 0)
    var digest: UInt64 = 0xCBF2_9CE4_8422_2325
    for seed in first..<first + count {
      let result = try SimulatedWalk(seed: seed).run()
      faults += result.simulation.faultCounts
      steps += result.simulation.steps
      committed += result.committed
      for byte in result.simulation.history.jsonLines.utf8 {
        digest = (digest ^ UInt64(byte)) &* 0x100_0000_01B3
      }
      verdicts[result.verdict, default: 0] += 1
      #expect(
        result.verdict != .violated,
        "replay with PANJEON_SEED=\(seed)\n\(result.text)\(result.simulation.history.jsonLines)")
    }
    let unknown = verdicts[.unknown] ?? 0
    print(
      "\(count) seeds: \(committed) transactions committed, \(steps) steps, \(unknown) histories "
        + "undecided; faults: \(faults)")
    // The same in every process: FNV-1a.
    print("the histories' digest: \(String(digest, radix: 16))")
    for fault in StoreFault.allCases { #expect(faults[fault] > 0, "no \(fault)") }
    #expect(unknown <= Int(count) / 20)
  }
}
