// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

/// The anomalies of Hermitage (github.com/ept/hermitage) on Gets, Puts, Deletes and Scans.
@Suite("Hermitage")
struct HermitageTests {
  /// How many schedules of a script are run; of more, so many at random.
  private static let schedulesMax = 60 * TestSeed.effort

  @Test("The anomaly does not show", arguments: HermitagePlacement.allCases)
  func table(placement: HermitagePlacement) async throws {
    let runner = try await HermitageRunner(placement)
    for script in HermitageScript.all {
      let outcome = try await runner.run(script, script.schedule)
      let fault =
        script.fault(outcome) ?? SerialOrder(script, script.schedule, outcome).fault
      #expect(fault == nil, "\(script), \(placement)")
    }
    try await runner.fixture.store.close()
  }

  @Test(
    "16, 18, 23, 24, 26, 56: in whatever order the steps come, some serial order explains what was seen",
    arguments: HermitagePlacement.allCases)
  func everySchedule(placement: HermitagePlacement) async throws {
    TestSeed.announce("Hermitage")
    var random = SplitMix64(seed: TestSeed.value)
    let runner = try await HermitageRunner(placement)
    for script in HermitageScript.all {
      var schedules = Self.schedules(script.turns)
      if schedules.count > Self.schedulesMax {
        schedules.shuffle(using: &random)
        schedules.removeLast(schedules.count - Self.schedulesMax)
      }
      for schedule in schedules {
        let outcome = try await runner.run(script, schedule)
        #expect(
          SerialOrder(script, schedule, outcome).fault == nil,
          "\(script), \(placement), \(schedule)")
      }
    }
    try await runner.fixture.store.close()
  }

  /// Every order of the turns of several transactions.
  private static func schedules(_ turns: [Int]) -> [[Int]] {
    if turns.allSatisfy({ $0 == 0 }) { return [[]] }
    return turns.indices.filter { turns[$0] > 0 }.flatMap { index in
      var left = turns
      left[index] -= 1
      return schedules(left).map { [index + 1] + $0 }
    }
  }
}
