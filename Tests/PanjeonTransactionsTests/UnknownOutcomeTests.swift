// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import PanjeonTransactions
import Testing
import WideColumn

/// Scenarios 12 to 15, 31 and 39 of the protocol page, on the path of one batch.
@Suite("Commits that go unanswered")
struct UnknownOutcomeTests {
  private struct Fixture {
    let base: TransactionFixture
    let store: FaultyStore
    let manager: TransactionManager<FaultyStore>

    init() async throws {
      base = try await TransactionFixture()
      store = FaultyStore(base.store)
      manager = TransactionManager(store: store, timeSource: base.clock, seed: 2)
    }

    /// Adds one to a row by reading it; returns how often the body ran.
    func addOne(_ options: TransactionOptions = TransactionOptions()) async throws -> Int {
      var runs = 0
      try await manager.withTransaction(options) { transaction in
        runs += 1
        try transaction.set("a", try await transaction.value("a")! + 1)
      }
      return runs
    }
  }

  @Test("12, 13: made, and the answer lost: it is found out, and not made again")
  func lostAnswer() async throws {
    let fixture = try await Fixture()
    try await fixture.base.set(["a": 0])
    fixture.store.answer([.lost])
    #expect(try await fixture.addOne() == 1)
    #expect(try await fixture.base.all() == ["a": 1])
    #expect(fixture.manager.statistics.unanswered == 1)
    #expect(fixture.manager.statistics.unknownOutcomes == 0)
    try await fixture.base.store.close()
  }

  @Test("12: made twice: the second time fails by the first one's header, which is its own")
  func twice() async throws {
    let fixture = try await Fixture()
    try await fixture.base.set(["a": 0])
    for expected in 1...3 {
      fixture.store.answer([.twice])
      #expect(try await fixture.addOne(TransactionFixture.once) == 1)
      #expect(try await fixture.base.all() == ["a": expected])
    }
    #expect(fixture.manager.statistics.conflicts == 0)
    try await fixture.base.store.close()
  }

  @Test(
    "Made twice, and the header cannot be read: it is asked for once more, and then its outcome is unknown"
  )
  func twiceUnread() async throws {
    let fixture = try await Fixture()
    try await fixture.base.set(["a": 0])
    // The fourth call is the look at the own header, the sixth the first one of resolve().
    for (failing, expected) in [([4], nil), ([4, 6], TransactionError.Code.unknownOutcome)] {
      try await fixture.base.set(["a": 0])
      fixture.store.answer([.twice])
      fixture.store.before { call throws(StoreError) in
        if failing.contains(call) { throw StoreError(.unavailable, "planted") }
      }
      var error: TransactionError?
      do {
        #expect(try await fixture.addOne() == 1)
      } catch let caught as TransactionError {
        error = caught
      }
      fixture.store.before(nil)
      #expect(error?.code == expected)
      #expect(try await fixture.base.all() == ["a": 1])
      guard let inDoubt = error?.inDoubt else { continue }
      #expect(try await fixture.manager.resolve(inDoubt) == .committed)
    }
    try await fixture.base.store.close()
  }

  @Test("15: lost, or late: it is run again, and what comes late fails", arguments: [1, 2, 5])
  func late(times: Int) async throws {
    let fixture = try await Fixture()
    try await fixture.base.set(["a": 0])
    fixture.store.answer(
      [FaultyStore.Answer](repeating: .late, count: times) + [.never, .given])
    #expect(try await fixture.addOne() == times + 2)
    #expect(try await fixture.base.all() == ["a": 1])
    let outcomes = try await fixture.store.deliver()
    #expect(outcomes.count == times)
    #expect(outcomes.allSatisfy { $0 == .conditionFailed(operation: 0) })
    #expect(try await fixture.base.all() == ["a": 1])
    try await fixture.base.store.close()
  }

  @Test("A row that was not there: the commit that comes late does not bring it about")
  func lateInsert() async throws {
    let fixture = try await Fixture()
    fixture.store.answer([.late])
    let error = await #expect(throws: TransactionError.self) {
      try await fixture.manager.withTransaction(TransactionFixture.once) { transaction in
        try transaction.set("new", 1)
      }
    }
    #expect(error?.code == .retriesExhausted)
    #expect(try await fixture.store.deliver() == [.conditionFailed(operation: 0)])
    #expect(try await fixture.base.all() == [:])
    try await fixture.base.store.close()
  }

  @Test("9, 10: whoever asks is told the same, before and after the row is written again")
  func sameAnswer() async throws {
    let fixture = try await Fixture()
    try await fixture.base.set(["a": 0])
    let before = try await fixture.base.store.get(Get("a"), in: "t")?
      .value(family: "!lock!", qualifier: "header")
    let inDoubt = InDoubtTransaction(
      id: TransactionID(high: 7, low: 8), row: TransactionRow(table: "t", row: "a"),
      headerBefore: before, incarnation: fixture.base.store.incarnation)
    for _ in 0..<3 { #expect(try await fixture.manager.resolve(inDoubt) == .aborted) }
    #expect(try await fixture.base.all() == ["a": 0])
    #expect(try await fixture.addOne() == 1)
    #expect(try await fixture.manager.resolve(inDoubt) == .overwritten)
    try await fixture.base.store.close()
  }

  @Test("64: changes that read nothing are made exactly once")
  func atomicOperations() async throws {
    let fixture = try await Fixture()
    for answer in [FaultyStore.Answer.lost, .never, .late, .given] {
      fixture.store.answer([answer])
      try await fixture.manager.withTransaction { transaction in
        var increment = Increment("n")
        increment.add(family: "data", qualifier: "v")
        try transaction.increment(increment, in: "t")
      }
    }
    _ = try await fixture.store.deliver()
    let row = try await fixture.base.store.get(Get("n"), in: "t")
    #expect(row?.value(family: "data", qualifier: "v") == Int64(4).counterValue)
    try await fixture.base.store.close()
  }

  @Test("By a key, work is done once, in whichever way it is asked for again")
  func idempotent() async throws {
    let fixture = try await Fixture()
    try await fixture.base.set(["a": 0])
    let key = IdempotencyKey(
      table: "t", row: "request 1", column: Column(family: "data", qualifier: "result"))
    var runs = 0
    for answer in [FaultyStore.Answer.late, .lost, .given] {
      fixture.store.answer([answer])
      let result = try await fixture.manager.withIdempotentTransaction(key) { transaction in
        runs += 1
        let value = try await transaction.value("a")! + 1
        try transaction.set("a", value)
        return Bytes(utf8: "it is \(value)")
      }
      #expect(result == "it is 1")
    }
    #expect(runs == 2)
    #expect(try await fixture.store.deliver() == [.conditionFailed(operation: 0)])
    #expect(try await fixture.base.all()["a"] == 1)
    try await fixture.base.store.close()
  }

  @Test("Of two with one key at once, one does the work and both get its result")
  func idempotentAtOnce() async throws {
    let fixture = try await TransactionFixture()
    try await fixture.set(["a": 0])
    let key = IdempotencyKey(
      table: "t", row: "request", column: Column(family: "data", qualifier: "result"))
    let results = try await withThrowingTaskGroup { group in
      for number in 0..<8 {
        group.addTask {
          try await fixture.manager.withIdempotentTransaction(key) { transaction in
            try transaction.set("a", try await transaction.value("a")! + 1)
            return Bytes(utf8: "\(number)")
          }
        }
      }
      return try await group.reduce(into: Set<Bytes>()) { $0.insert($1) }
    }
    #expect(results.count == 1)
    #expect(try await fixture.all()["a"] == 1)
    try await fixture.store.close()
  }
}
