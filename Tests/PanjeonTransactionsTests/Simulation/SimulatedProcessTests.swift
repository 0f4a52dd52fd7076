// SPDX-License-Identifier: Apache-2.0

import PanjeonTesting
import PanjeonTransactions
import Synchronization
import Testing
import WideColumn

/// Tasks of one process, which share a manager, in every order.
@Suite("Simulation: tasks of one process")
struct SimulatedProcessTests {
  private static func put(_ value: Int) -> Put { SimulatedRow.put("r", String(value)) }

  private static func value(_ row: RowResult?) -> Int {
    SimulatedRow.text(row).flatMap { Int($0) } ?? 0
  }

  @Test("A table joins while a transaction and a plain writer are at it, and no write is lost")
  func joining() throws {
    let exploration = Exploration("joining", preemptionsMax: 2)
    let plain = TableSchema(name: "t", families: [ColumnFamily("data")])
    let summary = try exploration.run { simulation in
      let store = try SimulatedStore(simulation, tables: [plain])
      let made = Mutex(0)
      try simulation.run(clients: 1) { process in
        let manager = SimulatedClient(process, store).manager
        let mine = store.connected(as: process)
        let sum = try await withThrowingTaskGroup(of: Int.self) { group in
          group.addTask { try await Self.writePlainly(mine) }
          group.addTask {
            try await manager.enableTransactions(in: "t")
            return 0
          }
          group.addTask { try await Self.writeTransactions(manager, process.clock) }
          return try await group.reduce(0, +)
        }
        made.withLock { $0 = sum }
      }
      let count = Self.value(try store.rows(of: "t").first)
      try require(count == made.withLock { $0 }, "\(count) of \(made.withLock { $0 })")
    }
    print(summary)
    #expect(summary.isComplete)
  }

  /// Reads, and writes if the value is the same; refused once the table has joined. Returns how many writes were made.
  private static func writePlainly(_ store: SimulatedStore) async throws -> Int {
    let old = try await store.get(Get("r"), in: "t")
    let column = SimulatedRow.column
    let condition: Condition = old.map { .equals(column, $0[0].value) } ?? .absent(column)
    let change = CheckAndMutate([condition], put(value(old) + 1).rowMutations)
    do throws(StoreError) {
      return try await store.checkAndMutate(change, in: "t", durability: .memory) ? 1 : 0
    } catch {
      try require(error.code == .invalidArgument, "\(error)")
      return 0
    }
  }

  /// Two transactions, which are refused while the table has not joined. Returns how many were made.
  private static func writeTransactions(
    _ manager: TransactionManager<SimulatedStore>, _ clock: SimulatedClock
  ) async throws -> Int {
    var made = 0
    for _ in 0..<2 {
      do {
        try await manager.withTransaction(.inMemory) { transaction in
          let old = value(try await transaction.get(Get("r"), in: "t"))
          // Between its read and its commit the others may do anything.
          try await clock.sleep(for: .microseconds(1))
          try transaction.put(put(old + 1), in: "t")
        }
        made += 1
      } catch {
        try require((error as? TransactionError)?.code == .misuse, "\(error)")
      }
    }
    return made
  }

  @Test("Transactions that go first, and those that wait for them, all end, and each is made once")
  func precedence() throws {
    let exploration = Exploration("precedence", preemptionsMax: 2)
    let claims = Mutex<UInt64>(0)
    let summary = try exploration.run { simulation in
      let store = try SimulatedStore(simulation, tables: [SimulatedClient.schema])
      try simulation.run(clients: 1) { process in
        let manager = SimulatedClient(process, store).manager
        var options = TransactionOptions.inMemory
        options.attemptsBeforePrecedence = 1
        options.precedenceMax = .milliseconds(2)
        try await withThrowingTaskGroup { [options] group in
          for _ in 0..<3 {
            group.addTask {
              try await manager.withTransaction(options) { transaction in
                let old = Self.value(try await transaction.get(Get("r"), in: "t"))
                try transaction.put(Self.put(old + 1), in: "t")
              }
            }
          }
          try await group.waitForAll()
        }
        let precedences = UInt64(manager.statistics.precedences)
        claims.withLock { $0 += precedences }
      }
      let count = Self.value(try store.rows(of: "t").first)
      try require(count == 3, "\(count)")
    }
    print("\(summary); \(claims.withLock { $0 }) went first")
    #expect(summary.isComplete)
    #expect(claims.withLock { $0 } > 0)
  }
}
