// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import PanjeonTransactions
import Testing
import WideColumn

/// Commits in two phases that are in one another's way.
@Suite("Contention in two phases", .timeLimit(.minutes(15)))
struct TwoPhaseContentionTests {
  @Test(
    "44: many that write the same rows, with and without reading them, get on",
    arguments: [true, false])
  func contention(isBlind: Bool) async throws {
    let plain = try await TransactionFixture()
    let clock = SystemTimeSource()
    let (clients, rounds) = (6, 30)
    // Clients of several managers have nothing but chance to go by: some lose many times in a row.
    let options = TransactionOptions(
      durability: .memory, attemptsMax: 10_000, deadline: .seconds(300))
    let managers = (0..<clients).map { number in
      TransactionManager(
        store: TwoPhaseStore(
          CallGate(plain.store), timeSource: clock,
          options: TwoPhaseOptions(
            locks: LockOptions(timeToLive: .seconds(120), waitMax: .seconds(300)))),
        timeSource: clock,
        seed: UInt64(number))
    }
    try await withThrowingTaskGroup { group in
      for (number, manager) in managers.enumerated() {
        group.addTask {
          for round in 0..<rounds {
            try await manager.withTransaction(options) {
              transaction in
              for row in number.isMultiple(of: 2) ? ["a", "k", "s"] : ["s", "k", "a"] {
                if !isBlind { _ = try await transaction.value(row) }
                try transaction.set(row, number * rounds + round)
              }
            }
          }
          await manager.store.drain()
        }
      }
      try await group.waitForAll()
    }
    let refused = managers.map { Int($0.statistics.conflicts + $0.statistics.blindRepeats) }
    // In one batch each refusal is another one's commit; here two may refuse one another, but not again and again.
    #expect(refused.reduce(0, +) < 100 * clients * rounds)
    #expect(managers.allSatisfy { $0.store.lockStatistics.ownersGivenUp == 0 })
    let values = try await plain.all()
    #expect(Set(values.values).count == 1 && values.count == 3)
    try await plain.store.close()
  }

  @Test("A snapshot that is overtaken is read again; one that was taken by hand says so")
  func overtaken() async throws {
    let fixture = try await TwoPhaseFixture()
    try await fixture.plain.set(["a": 1, "z": 1])
    var runs = 0
    let values = try await fixture.manager.withSnapshot { snapshot in
      runs += 1
      let first = TransactionFixture.value(try await snapshot.get(Get("a"), in: "t"))
      if runs < 3 { try await fixture.plain.set(["a": 1 + runs, "z": 1 + runs]) }
      return [first, TransactionFixture.value(try await snapshot.get(Get("z"), in: "t"))]
    }
    #expect(values == [3, 3] && runs == 3)
    let snapshot = try fixture.manager.snapshot()
    _ = try await snapshot.get(Get("a"), in: "t")
    try await fixture.plain.set(["a": 4, "z": 4])
    let error = await #expect(throws: StoreError.self) {
      try await snapshot.get(Get("z"), in: "t")
    }
    #expect(error?.code == .snapshotTooOld)
    // Who is overtaken each time is told after as many attempts as a transaction has.
    let exhausted = await #expect(throws: TransactionError.self) {
      try await fixture.manager.withSnapshot { snapshot in
        runs += 1
        _ = try await snapshot.get(Get("a"), in: "t")
        try await fixture.plain.set(["a": runs, "z": runs])
        _ = try await snapshot.get(Get("z"), in: "t")
      }
    }
    #expect(exhausted?.code == .retriesExhausted || exhausted?.code == .deadlineExceeded)
    try await fixture.plain.store.close()
  }
}
