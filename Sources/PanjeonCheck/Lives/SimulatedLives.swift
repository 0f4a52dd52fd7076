// SPDX-License-Identifier: Apache-2.0

internal import Between
internal import Panjeon
internal import PanjeonTesting
internal import PanjeonTransactions
internal import Synchronization
internal import WideColumn

/// Lives on a model of a store behind a seeded scheduler: equal requests do equal things.
struct SimulatedLives: Sendable {
  let request: LivesRequest

  func run() async throws -> LivesOutcome {
    try await HistoryFile.onThread { simulate() }
  }

  /// Blocks until all is over; not for Swift's cooperative threads.
  private func simulate() -> LivesOutcome {
    let faults = SimulatedFaults(
      request.faults, clients: request.clients, transactions: request.operations,
      seed: request.seed)
    let simulation = Simulation(
      seed: request.seed, faults: faults.plan, stepsMax: 1_000_000 + 4000 * request.operations)
    let setting = LivesSetting(request)
    var outcome = LivesOutcome(request)
    let found = FoundViolations()
    do {
      let store = try SimulatedStore(simulation, tables: BetweenSchema.datastore.tables)
      try run(setting, on: store, simulation, found)
    } catch {
      outcome.failure = RunFailure(error, .running)
    }
    outcome.violations = found.all
    outcome.counts = setting.ledger.counts
    outcome.faults = simulation.faultCounts.ofWorkload
    outcome.steps = simulation.steps
    return outcome
  }

  private func run(
    _ setting: LivesSetting, on store: SimulatedStore, _ simulation: Simulation,
    _ found: FoundViolations
  ) throws(SimulationError) {
    @Sendable func manager(_ process: SimulatedProcess) -> TransactionManager<SimulatedStore> {
      TransactionManager(
        store: store.connected(as: process), timeSource: process.clock, seed: process.seed)
    }
    @Sendable func open(
      _ process: SimulatedProcess
    ) async throws -> BetweenService<SimulatedStore> {
      try await setting.open(manager(process), clock: process.clock, seed: process.seed)
    }
    try simulation.run(clients: 1, injectingFaults: false) { process in
      try await setting.createCouples(in: open(process))
    }
    try simulation.run(clients: request.clients) { process in
      guard let service = try await opening(process, { try await open(process) }) else { return }
      try await setting.live(in: service, seed: process.seed, isAlive: { !process.isCrashed })
    }
    try simulation.run(clients: 1, injectingFaults: false) { process in
      found.set(
        try await setting.violations(
          through: manager(process), clock: SimulatedTime(simulation: simulation)))
    }
  }

  /// Opens the service, and tries again as long as faults are in its way; nil when the process has died of one.
  private func opening<S>(
    _ process: SimulatedProcess, _ open: () async throws -> S
  ) async throws -> S? {
    for attempt in 1... {
      do {
        return try await open()
      } catch {
        if process.isCrashed { return nil }
        guard LivesLedger.expectedName(of: error) != nil, attempt < Self.openingsMax else {
          throw error
        }
        try await process.clock.sleep(for: .milliseconds(10))
      }
    }
    return nil
  }

  private static var openingsMax: Int { 100 }
}

/// What the last process found, for the thread that runs the simulation.
private final class FoundViolations: Sendable {
  private let found = Mutex<[String]>([])

  var all: [String] { found.withLock { $0 } }

  func set(_ violations: [String]) { found.withLock { $0 = violations } }
}
