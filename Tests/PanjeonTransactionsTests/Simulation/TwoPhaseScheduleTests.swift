// SPDX-License-Identifier: Apache-2.0

import PanjeonTesting
import PanjeonTransactions
import Testing
import WideColumn

/// Small scenarios of commits in two phases, and of both kinds beside each other, in many orders.
@Suite("Simulation: schedules in two phases")
struct TwoPhaseScheduleTests {
  private static let paths: [CommitPath] = [.twoPhases, .mixed]

  /// How often a schedule takes a task off: more than once takes minutes in a debug build.
  private static let preemptionsMax = TestSeed.effort > 1 ? 2 : 1

  @Test("16, 17: two that read what the other writes", arguments: paths)
  func writeSkew(path: CommitPath) throws {
    _ = try SimulatedScheduleTests.writeSkew().committing(path, preemptionsMax: Self.preemptionsMax)
      .explore()
  }

  @Test("Three that read a row and write it", arguments: paths)
  func lostUpdate(path: CommitPath) throws {
    _ = try SimulatedScheduleTests.lostUpdate().committing(
      path, preemptionsMax: Self.preemptionsMax
    ).explore()
  }

  @Test("29: who scans a range twice while another one inserts into it", arguments: paths)
  func scannedTwice(path: CommitPath) throws {
    let scenario = ScheduleScenario(
      Exploration("scanned-twice"), reads: [.scan("x", nil)],
      { client in
        try await client.transact([.scan("x", nil), .scan("x", nil), .append("a", 1)], .inMemory)
      },
      { client in
        try await client.transact([.insert("x", 1), .append("a", 2)], .inMemory)
        try await client.transact([.insert("x", 2)], .inMemory)
      })
    #expect(try scenario.committing(path, preemptionsMax: Self.preemptionsMax).explore().isComplete)
  }

  @Test("26: a snapshot, one that reads what another writes, and that other")
  func snapshots() throws {
    // The one who writes in one batch gets in between a look and a decision; the snapshot must not see it alone.
    func scenario(_ reader: Int) -> ScheduleScenario {
      var bodies: [ScheduleScenario.Body] = [
        { client in try await client.transact([.read("a", nil), .append("b", 1)], .inMemory) },
        { client in try await client.transact([.append("a", 11)], .inMemory) },
      ]
      bodies.insert(
        { client in try await client.readSnapshot([.read("a", nil), .read("b", nil)]) }, at: reader)
      var scenario = ScheduleScenario(
        Exploration("snapshots-\(reader)"), reads: [.read("a", nil), .read("b", nil)])
      scenario.clients = bodies
      return scenario
    }
    for reader in 1...2 {
      #expect(
        try scenario(reader).committing(.mixed, preemptionsMax: Self.preemptionsMax + 1).explore()
          .isComplete)
    }
  }

  @Test("18: two that insert into a range that they have scanned", arguments: paths)
  func phantom(path: CommitPath) throws {
    _ = try SimulatedScheduleTests.phantom().committing(path, preemptionsMax: Self.preemptionsMax)
      .explore()
  }
}
