// SPDX-License-Identifier: Apache-2.0

internal import PanjeonTesting
internal import PanjeonTransactions
internal import WideColumn

/// A run on a model of a store behind a seeded scheduler: equal requests make equal histories, byte for byte.
struct SimulatedRun: Sendable {
  let request: RunRequest

  func run() async throws -> FinishedRun {
    try await HistoryFile.onThread { () throws(StoreError) in
      do throws(SimulationError) {
        return try simulate()
      } catch {
        throw StoreError(
          .io, "the simulation failed; replay with: \(request.command)", cause: error)
      }
    }
  }

  /// Blocks until all is over; not for Swift's cooperative threads.
  private func simulate() throws(SimulationError) -> FinishedRun {
    let simulation = Simulation(
      seed: request.seed, faults: plan, stepsMax: 1_000_000 + 1000 * request.transactions)
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
    @Sendable func manager(_ process: SimulatedProcess) -> TransactionManager<SimulatedStore> {
      TransactionManager(
        store: store.connected(as: process), timeSource: process.clock, seed: process.seed)
    }
    try simulation.run(clients: 1, injectingFaults: false) { process in
      try await runner.runFirst(through: manager(process))
    }
    try simulation.run(clients: request.clients) { process in
      try await runner.runClient(through: manager(process), isAlive: { !process.isCrashed })
    }
    try simulation.run(clients: 1, injectingFaults: false) { process in
      try await runner.runLast(through: manager(process))
    }
    return FinishedRun(
      history: HistoryFile.bytes(recorded.events), counts: runner.counts,
      faults: simulation.faultCounts.ofWorkload)
  }

  /// The faults of the seed: some kinds of those that were asked for, each with a rate of its own.
  private var plan: FaultPlan {
    let kinds = StoreFault.allCases.filter { request.faults.contains($0.ofWorkload) }
    if kinds.isEmpty { return .none }
    var random = SplitMix64(seed: request.seed ^ 0xFA_17)
    var plan = FaultPlan.none
    while plan.kinds.isEmpty { plan = .drawn(from: kinds, rateMax: 0.05, using: &random) }
    plan.faultsMax = max(plan.faultsMax, request.transactions)
    if !request.faults.contains(.skew) { plan.clockSkewMax = .zero }
    // A client lives 17 times, and is to see the end: about four deaths of each kind in all its transactions' calls.
    let deathRateMax = 4 * Double(request.clients) / (8 * Double(request.transactions))
    for kind in [StoreFault.crashBefore, .crashAfter] {
      plan[kind] = min(plan[kind], deathRateMax)
    }
    return plan
  }
}

/// The true time of a simulation, for its history.
private struct SimulatedTime: TimeSource {
  let simulation: Simulation

  func wallClockMicroseconds() -> Int64 { simulation.wallClockMicroseconds }

  func monotonicNanoseconds() -> UInt64 { simulation.nanoseconds }

  func sleep(for duration: Duration) async throws {
    preconditionFailure("the history's clock is for looking at")
  }
}

extension StoreFault {
  /// The kind that the command line knows it as.
  fileprivate var ofWorkload: WorkloadFault {
    switch self {
    case .crashBefore, .crashAfter, .restart: .crash
    case .lostCall, .lostAnswer, .duplicate, .lateDuplicate, .lateCall: .lostAck
    case .stall, .unavailable: .stall
    case .clockJump: .skew
    }
  }
}

extension FaultCounts {
  /// By the kinds that the command line knows.
  fileprivate var ofWorkload: WorkloadFaultCounts {
    var counts = WorkloadFaultCounts()
    for fault in StoreFault.allCases { counts[fault.ofWorkload] += self[fault] }
    return counts
  }
}
