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
    let (clients, finalReads) = (clients, finalReads)
    let store = try SimulatedStore(simulation, tables: [SimulatedClient.schema], bug: bug)
    try simulation.run(clients: clients.count) { process in
      let client = SimulatedClient(process, store)
      // What a new process must not do is to write the same values again.
      if process.life > 0 {
        try await client.transact(finalReads)
      } else {
        try await clients[process.client](client)
      }
    }
    try simulation.run(clients: 1, injectingFaults: false) { process in
      try await SimulatedClient(process, store).transact(finalReads)
    }
    try Self.judge(simulation.history, known)
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
