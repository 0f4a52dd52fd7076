// SPDX-License-Identifier: Apache-2.0

import PanjeonTesting
import PanjeonTransactions
import Testing
import WideColumn

/// Small scenarios without faults, in every order.
@Suite("Simulation: every schedule")
struct SimulatedScheduleTests {
  static func writeSkew(_ bug: PlantedBug? = nil) -> ScheduleScenario {
    ScheduleScenario(
      Exploration("write-skew"), reads: [.read("a", nil), .read("b", nil)], bug: bug,
      { client in
        try await client.transact(
          [.read("a", nil), .read("b", nil), .append("a", 1)], .inMemory)
        try await client.transact([.read("b", nil), .append("a", 2)], .inMemory)
      },
      { client in
        try await client.transact(
          [.read("a", nil), .read("b", nil), .append("b", 11)], .inMemory)
        try await client.transact([.read("a", nil), .append("b", 12)], .inMemory)
      })
  }

  static func lostUpdate(_ bug: PlantedBug? = nil) -> ScheduleScenario {
    func client(_ element: Scalar) -> ScheduleScenario.Body {
      { client in
        try await client.transact([.append("a", element)], .inMemory, appendsBlindly: false)
      }
    }
    return ScheduleScenario(
      Exploration("lost-update", preemptionsMax: 3), reads: [.read("a", nil)], bug: bug, client(1),
      client(2),
      client(3))
  }

  static func phantom(_ bug: PlantedBug? = nil) -> ScheduleScenario {
    func client(_ id: Scalar) -> ScheduleScenario.Body {
      { client in
        try await client.transact([.scan("x", nil), .insert("x", id)], .inMemory)
      }
    }
    return ScheduleScenario(
      Exploration("phantom", preemptionsMax: 3), reads: [.scan("x", nil)], bug: bug, client(1),
      client(2),
      { client in try await client.transact([.scan("x", nil), .append("a", 1)], .inMemory) })
  }

  @Test("16: two that read what the other writes")
  func writeSkew() throws {
    #expect(try Self.writeSkew().explore().isComplete)
  }

  @Test("Three that read a row and write it")
  func lostUpdate() throws {
    #expect(try Self.lostUpdate().explore().isComplete)
  }

  @Test("18: two that insert into a range that they have scanned, and one that has scanned it")
  func phantom() throws {
    #expect(try Self.phantom().explore().isComplete)
  }

  @Test("Writes that read nothing, and one who reads both rows")
  func blindWrites() throws {
    func writer(_ element: Scalar) -> ScheduleScenario.Body {
      { client in
        try await client.transact([.append("a", element), .append("b", element)], .inMemory)
      }
    }
    let scenario = ScheduleScenario(
      Exploration("blind-writes"), reads: [.read("a", nil), .read("b", nil)], writer(1), writer(2),
      { client in try await client.readSnapshot([.read("a", nil), .read("b", nil)]) })
    #expect(try scenario.explore().isComplete)
  }

  @Test("28: two readers see the writes of two others in one order")
  func longFork() throws {
    func writer(_ key: Scalar) -> ScheduleScenario.Body {
      { client in try await client.transact([.append(key, 1)], .inMemory) }
    }
    func reader(_ keys: Scalar...) -> ScheduleScenario.Body {
      { client in try await client.readSnapshot(keys.map { .read($0, nil) }) }
    }
    let scenario = ScheduleScenario(
      Exploration("long-fork", preemptionsMax: 3), reads: [.read("a", nil), .read("b", nil)],
      writer("a"), writer("b"), reader("a", "b"), reader("b", "a"))
    #expect(try scenario.explore().isComplete)
  }

  @Test(
    "26, 27: readers see what was acknowledged, and no half of anything, while commits wait for the disk"
  )
  func readOnly() throws {
    let scenario = ScheduleScenario(
      Exploration("read-only", preemptionsMax: 4), reads: [.read("a", nil), .read("b", nil)],
      { client in
        try await client.transact([.append("a", 1), .append("b", 1)])
        try await client.transact([.append("b", 2)], .inMemory)
      },
      { client in
        try await client.readSnapshot([.read("b", nil), .read("a", nil)])
        try await client.readSnapshot([.read("a", nil), .read("b", nil)])
      },
      { client in try await client.transact([.read("b", nil), .read("a", nil)]) })
    #expect(try scenario.explore().isComplete)
  }
}
