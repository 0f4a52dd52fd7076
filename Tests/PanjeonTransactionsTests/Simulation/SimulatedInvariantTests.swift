// SPDX-License-Identifier: Apache-2.0

import PanjeonTesting
import PanjeonTransactions
import Synchronization
import Testing
import WideColumn

/// Small scenarios in every order, of which something must hold that is no matter of histories.
@Suite("Simulation: invariants in every schedule")
struct SimulatedInvariantTests {
  private static let counter = Column(family: "data", qualifier: "n")
  private static let row: RowKey = "counter"

  private static func store(
    _ simulation: Simulation, _ schema: TableSchema = SimulatedClient.schema
  ) throws -> SimulatedStore {
    try SimulatedStore(simulation, tables: [schema])
  }

  /// The counter as it is now.
  private static func count(_ store: SimulatedStore) throws -> Int {
    let row = try store.rows(of: "t").first { $0.row == Self.row }
    let value = row?.value(family: counter.family, qualifier: counter.qualifier)
    return Int(value.flatMap(Int64.init(counterValue:)) ?? 0)
  }

  private static func increment() -> Increment {
    var increment = Increment(row)
    increment.add(family: counter.family, qualifier: counter.qualifier)
    return increment
  }

  private static func report(_ summary: Exploration.Summary) {
    if summary.schedules > 0 { print(summary) }
    #expect(summary.isComplete)
  }

  @Test(
    "13, 64: increments that read nothing are made once each, whatever becomes of their answers")
  func increments() throws {
    let exploration = Exploration(
      "increments", faults: [.lateCall, .lostAnswer, .duplicate, .lateDuplicate, .crashAfter],
      preemptionsMax: 2)
    Self.report(
      try exploration.run { simulation in
        let store = try Self.store(simulation)
        // Made for certain, and perhaps.
        let counts = Mutex((made: 0, open: 0))
        try simulation.run(clients: 3) { process in
          if process.life > 0 { return counts.withLock { $0.open += 1 } }
          do {
            try await SimulatedClient(process, store).manager.withTransaction(.inMemory) {
              try $0.increment(Self.increment(), in: "t")
            }
            if !process.isCrashed { counts.withLock { $0.made += 1 } }
          } catch {
            let kind = try SimulatedClient.kind(of: error, process)
            if kind == .info, !process.isCrashed { counts.withLock { $0.open += 1 } }
          }
        }
        let (made, open) = counts.withLock { $0 }
        let count = try Self.count(store)
        try require(made <= count && count <= made + open, "\(count) of \(made) and \(open)")
      })
  }

  @Test("Work with a key is done once, though its client dies and asks again")
  func idempotent() throws {
    let exploration = Exploration(
      "idempotent", faults: [.crashBefore, .crashAfter, .lateCall, .lostAnswer, .lateDuplicate],
      preemptionsMax: 2)
    Self.report(
      try exploration.run { simulation in
        let store = try Self.store(simulation)
        try simulation.run(clients: 2) { process in
          let key = IdempotencyKey(
            table: "t", row: Bytes(utf8: "request \(process.client)"), column: Self.counter)
          let client = SimulatedClient(process, store)
          while !process.isCrashed {
            do {
              _ = try await client.manager.withIdempotentTransaction(key, .inMemory) {
                let old = try await $0.get(Get(Self.row), in: "t")
                try require(old?.count ?? 1 == 1, "one cell")
                try $0.increment(Self.increment(), in: "t")
                return "done"
              }
              return
            } catch {
              _ = try SimulatedClient.kind(of: error, process)
            }
          }
        }
        let count = try Self.count(store)
        try require(count == 2, "made \(count) times")
      })
  }

  @Test("9, 10: whoever asks what became of a late commit is told the same, and it is so")
  func resolving() throws {
    let exploration = Exploration(
      "resolving", faults: [.lateCall, .lostAnswer, .lateDuplicate], preemptionsMax: 2)
    Self.report(try exploration.run { try Self.resolve($0, clients: 3) })
  }

  @Test("10: whoever asks what became of a commit is told the same when the store is restarted")
  func resolvingAfterRestart() throws {
    let exploration = Exploration(
      "resolving-restart", faults: [.restart, .lateCall], faultsMax: 2, preemptionsMax: 2)
    Self.report(try exploration.run { try Self.resolve($0, clients: 2) })
  }

  /// One client sends a commit, and the others ask what became of it.
  private static func resolve(_ simulation: Simulation, clients: Int) throws {
    let store = try store(simulation)
    let inDoubt = InDoubtTransaction(
      id: TransactionID(high: 7, low: 8), row: TransactionRow(table: "t", row: row),
      headerBefore: nil, incarnation: store.incarnation)
    let answers = Mutex<Set<TransactionOutcome>>([])
    try simulation.run(clients: clients) { process in
      if process.client == 0 {
        _ = try? await store.connected(as: process).commit(
          commit(of: inDoubt), since: nil, durability: .disk)
        return
      }
      let manager = SimulatedClient(process, store).manager
      while true {
        do throws(StoreError) {
          let answer = try await manager.resolve(inDoubt)
          answers.withLock { _ = $0.insert(answer) }
          return
        } catch {
          try require([.unknownOutcome, .unavailable].contains(error.code), "\(error)")
        }
      }
    }
    let isThere = try store.rows(of: "t").contains {
      $0.value(family: "data", qualifier: "n") != nil
    }
    let expected: Set<TransactionOutcome> = isThere ? [.committed] : [.aborted]
    try require(answers.withLock { $0 } == expected, "\(answers.withLock { $0 }), \(isThere)")
  }

  /// The batch that a transaction sends.
  private static func commit(of inDoubt: InDoubtTransaction) -> AtomicBatch {
    let header = LockHeader(
      state: .stable, outcome: .committed, step: 0, version: 1, transactionID: inDoubt.id)
    let change = RowMutations(
      row,
      [
        .put(LockColumn.header, timestamp: 1, value: header.encode()),
        .put(counter, timestamp: 1, value: Int64(1).counterValue),
      ])
    let operation = CheckAndMutate([.absent(LockColumn.header)], change)
    return AtomicBatch(operations: [BatchOperation(table: "t", operation: operation)])
  }

  @Test(
    "54: what a restart leaves is what was committed first: nothing is missing before what is there"
  )
  func prefix() throws {
    let exploration = Exploration("prefix", faults: [.restart], preemptionsMax: 3)
    Self.report(
      try exploration.run { simulation in
        let store = try Self.store(simulation)
        try simulation.run(clients: 2) { process in
          let client = SimulatedClient(process, store)
          if process.client == 1 { return try await client.transact([.read("b", nil)]) }
          for (key, durability) in [("a", Durability.memory), ("b", .disk), ("c", .memory)] {
            let options = TransactionOptions(durability: durability, attemptsMax: 1)
            try await client.transact([.append(.string(key), 1)], options)
          }
        }
        let rows = try store.rows(of: "t").compactMap { $0.row.utf8String }
        let isOfDisk = simulation.history.events.contains {
          $0.kind == .ok && $0.value == [.append("b", 1)]
        }
        let lists = [#"list "a""#, #"list "b""#, #"list "c""#]
        let isPrefix = rows == Array(lists.prefix(rows.count))
        let hasFailed = simulation.history.events.contains { $0.kind != .ok && $0.kind != .invoke }
        try require(isPrefix || hasFailed, "\(rows)")
        try require(!isOfDisk || rows.contains(lists[1]), "\(rows)")
      })
  }
}

/// Throws what a scenario has found.
func require(_ condition: Bool, _ message: @autoclosure () -> String) throws {
  if !condition { throw ScheduleScenario.Failure(description: message()) }
}
