// SPDX-License-Identifier: Apache-2.0

internal import PanjeonTesting
internal import PanjeonTransactions
internal import WideColumn

/// A run on a model of a store behind a seeded scheduler: equal requests make equal histories, byte for byte.
struct SimulatedRun: Sendable {
  let request: RunRequest

  func run() async throws -> FinishedRun {
    try await HistoryFile.onThread { simulate() }
  }

  /// Blocks until all is over; not for Swift's cooperative threads.
  private func simulate() -> FinishedRun {
    let simulation = Simulation(
      seed: request.seed, faults: SimulatedFaults(request).plan,
      stepsMax: 1_000_000 + 1000 * request.transactions)
    let store: SimulatedStore
    do throws(StoreError) {
      store = try SimulatedStore(simulation, tables: WorkloadTables.schemas)
    } catch {
      preconditionFailure("the workloads' tables are in order: \(error)")
    }
    let recorded = InMemoryHistory()
    let runner = WorkloadRunner(
      request.kind.workload(seed: request.seed), clock: SimulatedTime(simulation: simulation),
      history: recorded, request.workloadOptions)
    var finished = FinishedRun()
    do throws(SimulationError) {
      try run(runner, on: store, simulation)
    } catch {
      finished.failure = RunFailure(error, .running)
    }
    finished.history = HistoryFile.bytes(recorded.eventsIfKilled)
    finished.counts = runner.counts
    finished.faults = simulation.faultCounts.ofWorkload
    finished.begun = runner.transactionsBegun
    return finished
  }

  private func run(
    _ runner: WorkloadRunner, on store: SimulatedStore, _ simulation: Simulation
  ) throws(SimulationError) {
    @Sendable func manager(_ process: SimulatedProcess) -> TransactionManager<SimulatedStore> {
      TransactionManager(
        store: store.connected(as: process), timeSource: process.clock, seed: process.seed)
    }
    @Sendable func twoPhaseManager(
      _ process: SimulatedProcess
    ) -> TransactionManager<TwoPhaseStore<SimulatedStore>> {
      let store = TwoPhaseStore(
        store.connected(as: process), timeSource: process.clock, startTask: process.startTask)
      return TransactionManager(store: store, timeSource: process.clock, seed: process.seed)
    }
    try simulation.run(clients: 1, injectingFaults: false) { process in
      try await runner.runFirst(through: manager(process))
    }
    try simulation.run(clients: request.clients) { [path = request.path] process in
      if path.isTwoPhase(manager: process.client) {
        try await runner.runClient(
          through: twoPhaseManager(process), isAlive: { !process.isCrashed })
      } else {
        try await runner.runClient(through: manager(process), isAlive: { !process.isCrashed })
      }
    }
    try simulation.run(clients: 1, injectingFaults: false) { process in
      try await runner.runLast(through: manager(process))
    }
  }
}

/// The true time of a simulation, for its history.
struct SimulatedTime: TimeSource {
  let simulation: Simulation

  func wallClockMicroseconds() -> Int64 { simulation.wallClockMicroseconds }

  func monotonicNanoseconds() -> UInt64 { simulation.nanoseconds }

  func sleep(for duration: Duration) async throws {
    preconditionFailure("the history's clock is for looking at")
  }
}
