// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import PanjeonTransactions
import Synchronization
import Testing
import WideColumn

@Suite("Going first")
struct PrecedenceTests {
  /// Runs a transaction that depends on something, and in each attempt another one that changes it and is committed before the
  /// first one is, unless it is made to wait.
  ///
  /// - Returns: How often the body ran.
  private func run(
    _ fixture: TransactionFixture, attemptsBeforePrecedence: Int,
    reading: (inout Transaction<EmbeddedStore>) async throws -> Void, disturbing row: String
  ) async throws -> Int {
    let manager = fixture.manager
    let others = Mutex<[Task<Void, any Error>]>([])
    var runs = 0
    let options = TransactionOptions(
      durability: .memory, attemptsMax: 10, attemptsBeforePrecedence: attemptsBeforePrecedence)
    let result: Result<Void, any Error>
    do {
      try await manager.withTransaction(options) { transaction in
        runs += 1
        let number = runs
        try await reading(&transaction)
        let before = manager.statistics
        let other = Task {
          try await manager.withTransaction(TransactionOptions(durability: .memory)) { other in
            try other.set(row, number)
          }
        }
        others.withLock { $0.append(other) }
        while manager.statistics.commits == before.commits,
          manager.statistics.precedenceWaits == before.precedenceWaits
        {
          await Task.yield()
        }
        try transaction.set("result", number)
      }
      result = .success(())
    } catch {
      result = .failure(error)
    }
    // Those that have waited are let through.
    for other in others.withLock({ $0 }) { try await other.value }
    try result.get()
    return runs
  }

  @Test(
    "44: without it a transaction that is always disturbed comes to nothing; with it, the others wait"
  )
  func starvation() async throws {
    let fixture = try await TransactionFixture()
    let error = await #expect(throws: TransactionError.self) {
      _ = try await run(
        fixture, attemptsBeforePrecedence: .max, reading: { _ = try await $0.value("a") },
        disturbing: "a")
    }
    #expect(error?.code == .retriesExhausted)
    #expect(fixture.manager.statistics.precedences == 0)
    #expect(fixture.manager.statistics.exhausted == 1)
    for attempts in [1, 4] {
      let before = fixture.manager.statistics
      let runs = try await run(
        fixture, attemptsBeforePrecedence: attempts, reading: { _ = try await $0.value("a") },
        disturbing: "a")
      #expect(runs == attempts + 1)
      #expect(fixture.manager.statistics.precedences == before.precedences + 1)
      #expect(fixture.manager.statistics.precedenceWaits == before.precedenceWaits + 1)
      let values = try await fixture.all()
      #expect(values["result"] == runs)
      #expect(values["a"] == runs)
    }
    try await fixture.store.close()
  }

  @Test("A scan is protected as a range: inserts wait as well")
  func scan() async throws {
    let fixture = try await TransactionFixture()
    let runs = try await run(
      fixture, attemptsBeforePrecedence: 3,
      reading: { _ = try await $0.scanValues(Scan(KeyRange(from: "m", to: "n"))) },
      disturbing: "mm")
    #expect(runs == 4)
    #expect(try await fixture.all()["result"] == 4)
    try await fixture.store.close()
  }

  @Test("A store that is too busy is nobody's to go first at: the waits grow as before")
  func busyStore() async throws {
    let fixture = try await TransactionFixture()
    let store = FaultyStore(fixture.store)
    let manager = TransactionManager(store: store, timeSource: fixture.clock, seed: 4)
    store.before { call throws(StoreError) in
      // Snapshots are taken, and reads refused.
      if call.isMultiple(of: 2) { throw StoreError(.unavailable, "planted") }
    }
    let begin = fixture.clock.monotonicNanoseconds()
    let error = await #expect(throws: TransactionError.self) {
      try await manager.withTransaction { transaction in
        _ = try await transaction.value("a")
        try transaction.set("a", 1)
      }
    }
    #expect(error?.code == .retriesExhausted)
    #expect(manager.statistics.unavailable == 64)
    #expect(manager.statistics.precedences == 0)
    // 55 waits of up to 100 ms each, 50 on average.
    #expect(fixture.clock.monotonicNanoseconds() - begin > 1_500_000_000)
    try await fixture.store.close()
  }

  @Test("A claim that has run out holds nobody up, and one that is given up even less")
  func lapse() throws {
    let precedence = Precedence()
    let row = TransactionRow(table: "t", row: "a")
    let range = UnchangedRange(table: "t", rows: KeyRange(from: "m", to: "p"))
    let footprint = Footprint(rows: [row], ranges: [range])
    let first = try #require(precedence.claim(footprint, now: 100, for: .nanoseconds(50)))
    #expect(precedence.claim(footprint, now: 149, for: .seconds(1)) == nil)
    func blocks(
      _ key: RowKey, _ table: String = "t", by claim: UInt64? = nil, at now: UInt64
    )
      -> Bool
    {
      precedence.blocks([TransactionRow(table: table, row: key)], heldBy: claim, now: { now })
    }
    #expect(blocks("a", at: 120))
    #expect(blocks("n", at: 120))
    #expect(!blocks("b", at: 120))
    #expect(!blocks("p", at: 120))
    #expect(!blocks("a", "u", at: 120))
    #expect(!blocks("a", by: first, at: 120))
    #expect(!blocks("a", at: 150))
    let second = try #require(precedence.claim(footprint, now: 150, for: .seconds(1)))
    // The first one's end comes late.
    precedence.release(first)
    #expect(blocks("a", by: first, at: 160))
    precedence.release(second)
    #expect(!blocks("a", at: 160))
  }
}
