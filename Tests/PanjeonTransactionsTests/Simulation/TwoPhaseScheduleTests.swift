// SPDX-License-Identifier: Apache-2.0

import PanjeonTesting
import PanjeonTransactions
import Testing
import WideColumn

/// Small scenarios of commits in two phases, and of both kinds beside each other, in many orders.
@Suite("Simulation: schedules in two phases")
struct TwoPhaseScheduleTests {
  private static let paths: [CommitPath] = [.twoPhases, .mixed]

  @Test("16, 17: two that read what the other writes", arguments: paths)
  func writeSkew(path: CommitPath) throws {
    _ = try SimulatedScheduleTests.writeSkew().committing(path, preemptionsMax: 2).explore()
  }

  @Test("Three that read a row and write it", arguments: paths)
  func lostUpdate(path: CommitPath) throws {
    _ = try SimulatedScheduleTests.lostUpdate().committing(path, preemptionsMax: 2).explore()
  }

  @Test("18: two that insert into a range that they have scanned", arguments: paths)
  func phantom(path: CommitPath) throws {
    _ = try SimulatedScheduleTests.phantom().committing(path, preemptionsMax: 2).explore()
  }
}
