// SPDX-License-Identifier: Apache-2.0

import PanjeonTesting
import PanjeonTransactions
import Synchronization
import Testing
import WideColumn

@Suite("Simulation")
struct SimulationTests {
  /// Clients that append to two lists and read them, under every fault.
  private static func run(seed: UInt64) throws -> Simulation {
    var faults = FaultPlan()
    for fault in StoreFault.allCases { faults[fault] = 0.01 }
    faults.clockSkewMax = .seconds(60)
    let simulation = Simulation(seed: seed, faults: faults)
    let store = try SimulatedStore(simulation, tables: [SimulatedClient.schema])
    try simulation.run(clients: 3) { process in
      let client = SimulatedClient(process, store)
      for number in 0..<6 {
        let element = Scalar.int(process.number * 100 + number)
        try await client.transact([.read("a", nil), .append("b", element), .read("b", nil)])
      }
    }
    return simulation
  }

  @Test("Equal seeds make equal histories, byte for byte; others make others")
  func determinism() throws {
    var histories: Set<String> = []
    for seed in 1...5 as ClosedRange<UInt64> {
      let first = try Self.run(seed: seed)
      for _ in 0..<3 {
        let again = try Self.run(seed: seed)
        #expect(again.history.jsonLines == first.history.jsonLines)
        #expect(again.steps == first.steps)
        #expect(again.nanoseconds == first.nanoseconds)
        #expect(again.faultCounts == first.faultCounts)
      }
      let report = HistoryChecker().check(try History(first.history.events))
      #expect(report.verdict == .holds, "seed \(seed): \(report.text)")
      histories.insert(first.history.jsonLines)
    }
    #expect(histories.count == 5)
  }

  @Test("Who waits for nobody is a deadlock, and the error says so")
  func deadlock() throws {
    let simulation = Simulation(seed: 1)
    let error = #expect(throws: SimulationError.self) {
      try simulation.run(clients: 2) { process in
        try await process.clock.sleep(for: .seconds(1))
        if process.client == 1 {
          await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
        }
      }
    }
    #expect(error?.code == .deadlock)
    #expect(error?.replay == "PANJEON_SEED=1")
  }

  @Test("A run that goes on and on is ended")
  func endless() throws {
    let simulation = Simulation(seed: 1, stepsMax: 1000)
    let error = #expect(throws: SimulationError.self) {
      try simulation.run(clients: 2) { process in
        while true { try await process.clock.sleep(for: .seconds(1)) }
      }
    }
    #expect(error?.code == .tooManySteps)
  }

  @Test("Time passes in sleeps, not in the world; a process whose clock is off has its own")
  func time() throws {
    var faults = FaultPlan()
    faults.clockSkewMax = .seconds(1000)
    let simulation = Simulation(seed: 2, faults: faults)
    let clocks = Mutex<Set<Int64>>([])
    try simulation.run(clients: 4) { process in
      try await process.clock.sleep(for: .seconds(86_400))
      let error = process.clock.wallClockMicroseconds() - simulation.wallClockMicroseconds
      clocks.withLock { _ = $0.insert(error) }
    }
    #expect(simulation.nanoseconds >= 86_400_000_000_000)
    #expect(clocks.withLock { $0.count } == 4)
    #expect(clocks.withLock { $0.allSatisfy { abs($0) <= 1_000_000_000 } })
  }
}
