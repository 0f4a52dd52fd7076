// SPDX-License-Identifier: Apache-2.0

import PanjeonTesting
import PanjeonTransactions
import Synchronization
import Testing
import WideColumn

/// A few clients whose transactions are run in every order, and whose histories must be strictly serializable.
struct ScheduleScenario {
  typealias Body = @Sendable (SimulatedClient) async throws -> Void

  /// Says what a history showed.
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  var exploration: Exploration
  var bug: PlantedBug?
  var path = CommitPath.oneBatch
  /// What is read at the end.
  var finalReads: [MicroOperation]
  var clients: [Body]

  init(
    _ exploration: Exploration, reads finalReads: [MicroOperation], bug: PlantedBug? = nil,
    _ clients: Body...
  ) {
    self.exploration = exploration
    self.finalReads = finalReads
    self.bug = bug
    self.clients = clients
  }

  /// Runs every schedule.
  @discardableResult
  func explore() throws -> Exploration.Summary {
    let known = Mutex<Set<[HistoryEvent]>>([])
    let summary = try exploration.run { try run($0, known) }
    if summary.schedules == 0 { return summary }
    print("\(summary); \(known.withLock { $0.count }) different histories")
    return summary
  }

  /// Runs the schedule of an error again.
  func replay(_ error: SimulationError) throws {
    let known = Mutex<Set<[HistoryEvent]>>([])
    _ = try exploration.replay(error.replay) { try run($0, known) }
  }

  private func run(
    _ simulation: Simulation, _ known: borrowing Mutex<Set<[HistoryEvent]>>
  ) throws {
    let (clients, finalReads, path) = (clients, finalReads, path)
    let store = try SimulatedStore(simulation, tables: [SimulatedClient.schema], bug: bug)
    try simulation.run(clients: clients.count) { process in
      let client = SimulatedClient(process, store, path)
      // What a new process must not do is to write the same values again.
      if process.life > 0 {
        try await client.transact(finalReads)
      } else {
        try await clients[process.client](client)
      }
    }
    try simulation.run(clients: 1, injectingFaults: false) { process in
      try await SimulatedClient(process, store, path).transact(finalReads)
    }
    if path != .oneBatch { try Self.requireNoLocks(simulation, store) }
    try Self.judge(simulation.history, known)
  }

  /// The same with clients that commit otherwise.
  func committing(_ path: CommitPath, preemptionsMax: Int? = nil) -> ScheduleScenario {
    var scenario = self
    scenario.path = path
    scenario.exploration = Exploration(
      "\(exploration.name)-\(path.rawValue)", faults: exploration.faults,
      faultsMax: exploration.faultsMax, preemptionsMax: preemptionsMax)
    return scenario
  }

  /// Has the locks ended that are left, and expects that none is then.
  private static func requireNoLocks(
    _ simulation: Simulation, _ store: SimulatedStore
  ) throws {
    try simulation.run(clients: 1, injectingFaults: false) { process in
      let manager = SimulatedClient(process, store).manager
      // What nobody waits for any more becomes visible all the same.
      _ = try await manager.store.commit(AtomicBatch(), since: nil, durability: .disk)
      _ = try await manager.resolveLocks(in: "t")
      try await process.clock.sleep(for: .seconds(60))
      _ = try await manager.resolveLocks(in: "t")
      for row in try store.rows(of: "t") {
        let header = row.value(
          family: LockColumn.header.family, qualifier: LockColumn.header.qualifier)
        let intents = row.value(
          family: LockColumn.intents.family, qualifier: LockColumn.intents.qualifier)
        guard header.flatMap(LockHeader.init(decoding:))?.state == .stable, intents == nil else {
          throw Failure(description: "row '\(row.row)' stays locked")
        }
      }
    }
  }

  /// Checks a history, unless one of the same events in the same order has been.
  private static func judge(
    _ recorder: HistoryRecorder, _ known: borrowing Mutex<Set<[HistoryEvent]>>
  ) throws {
    var events = recorder.events
    for index in events.indices { events[index].time = index }
    if !known.withLock({ $0.insert(events).inserted }) { return }
    let report = HistoryChecker().check(try History(events))
    if report.verdict == .holds { return }
    throw Failure(description: report.text + recorder.jsonLines)
  }
}

extension TransactionOptions {
  /// In memory, where nobody waits for the log.
  static let inMemory = TransactionOptions(durability: .memory)

  /// One attempt, so that what is not made is a failure.
  static let once = TransactionOptions(attemptsMax: 1)
}
