// SPDX-License-Identifier: Apache-2.0

import PanjeonTesting
import PanjeonTransactions
import Synchronization
import WideColumn

/// A run of a few clients with random transactions over lists, registers and ranges, under faults that the seed chooses.
struct SimulatedWalk {
  struct Result {
    var verdict: CheckReport.Verdict
    var text: String
    var simulation: Simulation
    var committed: Int
  }

  let seed: UInt64
  var bug: PlantedBug?
  var path = CommitPath.oneBatch

  private let faults: FaultPlan
  private let shape: Shape

  /// What the transactions are like.
  private struct Shape {
    var clients: Int
    /// The tasks of each process, which share a manager.
    var tasks: Int
    var transactions: Int
    var operationsMax: Int
    var keys: Int
    var usesRegisters: Bool
    var usesRanges: Bool
    var appendsBlindly: Double
    var snapshots: Double
    var durabilities: [Durability]
    var attemptsBeforePrecedence: Int
  }

  init(seed: UInt64) {
    var random = SplitMix64(seed: seed ^ 0x5741_4C4B)
    self.seed = seed
    faults = FaultPlan.drawn(rateMax: 0.05, using: &random)
    // What is in memory only may be lost after it was acknowledged: no history would hold.
    let durabilities: [Durability] = faults[.restart] > 0 ? [.disk] : Durability.allCases
    shape = Shape(
      clients: 2 + random.below(2), tasks: 1 + random.below(2), transactions: 3 + random.below(6),
      operationsMax: 1 + random.below(4), keys: 1 + random.below(3),
      usesRegisters: random.chance(0.5), usesRanges: random.chance(0.5),
      appendsBlindly: [0, 0.5, 1][random.below(3)], snapshots: [0, 0.2, 0.5][random.below(3)],
      durabilities: durabilities, attemptsBeforePrecedence: [1, 2, 8][random.below(3)])
  }

  /// Runs it, and judges its history.
  func run() throws -> Result {
    let simulation = Simulation(seed: seed, faults: faults, stepsMax: 300_000)
    let store = try SimulatedStore(simulation, tables: [SimulatedClient.schema], bug: bug)
    try simulation.run(clients: shape.clients) { [self] process in
      let client = SimulatedClient(process, store, path)
      try await withThrowingTaskGroup { group in
        for task in 0..<shape.tasks {
          var client = client
          client.task = task
          group.addTask { [client] in try await work(client) }
        }
        try await group.waitForAll()
      }
    }
    let reads = finalReads
    try simulation.run(clients: 1, injectingFaults: false) { process in
      try await SimulatedClient(process, store, path).transact(reads)
    }
    let history = try History(simulation.history.events)
    let report = HistoryChecker().check(history)
    return Result(
      verdict: report.verdict, text: report.text, simulation: simulation,
      committed: report.committedCount)
  }

  private var finalReads: [MicroOperation] {
    (0..<shape.keys).flatMap { key -> [MicroOperation] in
      [
        .read(.string("l\(key)"), nil), .read(.string("r\(key)"), nil),
        .scan(.string("x\(key)"), nil),
      ]
    }
  }

  private func work(_ client: SimulatedClient) async throws {
    var random = SplitMix64(seed: client.process.seed ^ UInt64(client.task) << 32)
    for number in 0..<shape.transactions where !client.process.isCrashed {
      try await step(client, client.task * 50 + number, &random)
    }
  }

  private func step(
    _ client: SimulatedClient, _ number: Int, _ random: inout SplitMix64
  ) async throws {
    if random.chance(0.2) {
      try await client.process.clock.sleep(for: .microseconds(random.below(10_000)))
    }
    if random.chance(shape.snapshots) {
      return try await client.readSnapshot(Array(finalReads.prefix(1 + random.below(6))))
    }
    let count = 1 + random.below(shape.operationsMax)
    var plan: [MicroOperation] = []
    for place in 0..<count {
      // A value is written once in a history.
      let value = (client.process.number * 100 + number) * 10 + place
      plan += operations(.int(value), &random)
    }
    let options = TransactionOptions(
      durability: shape.durabilities[random.below(shape.durabilities.count)],
      attemptsBeforePrecedence: shape.attemptsBeforePrecedence)
    try await client.transact(
      plan, options, appendsBlindly: random.chance(shape.appendsBlindly))
  }

  private func operations(_ value: Scalar, _ random: inout SplitMix64) -> [MicroOperation] {
    let key = random.below(shape.keys)
    let isRead = random.chance(0.4)
    switch random.below(3) {
    case 0 where shape.usesRegisters:
      let name = Scalar.string("r\(key)")
      // Read first: so the order of versions is known.
      return isRead ? [.read(name, nil)] : [.read(name, nil), .write(name, value)]
    case 1 where shape.usesRanges:
      let name = Scalar.string("x\(key)")
      return [isRead ? .scan(name, nil) : .insert(name, value)]
    default:
      let name = Scalar.string("l\(key)")
      return [isRead ? .read(name, nil) : .append(name, value)]
    }
  }
}
