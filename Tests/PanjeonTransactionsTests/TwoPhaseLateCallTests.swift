// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import PanjeonTransactions
import Synchronization
import Testing
import WideColumn

/// Calls of an owner that come when others have taken it for dead.
@Suite("Late calls of commits in two phases", .timeLimit(.minutes(15)))
struct TwoPhaseLateCallTests {
  private let locks = LockOptions(timeToLive: .milliseconds(200))

  private func recoverer(_ fixture: TwoPhaseFixture) -> TransactionManager<EmbeddedStore> {
    TransactionManager(
      store: fixture.plain.store, timeSource: fixture.plain.clock, seed: 3, locks: locks)
  }

  @Test(
    "49: the primary's lock comes after others have met a secondary's, and finds their fence",
    arguments: [[:], ["a": 1, "z": 1]])
  func lateLock(before: [String: Int]) async throws {
    let fixture = try await TwoPhaseFixture()
    try await fixture.plain.set(before)
    let recoverer = recoverer(fixture)
    let found = Mutex<Int?>(nil)
    fixture.calls.setHook { call in
      guard case .change(let row, let header?) = call, row.row == "a",
        header.state == .prewritten
      else { return .made }
      while try! await fixture.header("z")?.state != .prewritten { await Task.yield() }
      try! await recoverer.withTransaction { transaction in
        let value = try await transaction.value("z")
        found.withLock { $0 = value }
        try transaction.set("z", 5)
      }
      return .made
    }
    await #expect(throws: TransactionError.self) {
      try await fixture.manager.withTransaction(TransactionFixture.once) { transaction in
        for row in ["a", "z"] {
          try transaction.set(row, (try await transaction.value(row) ?? 1) + 1)
        }
      }
    }
    await fixture.background.run()
    #expect(found.withLock { $0 } == before["z"])
    #expect(try await fixture.plain.all() == before.merging(["z": 5]) { $1 })
    #expect(try await fixture.header("a").map { $0.state == .stable } ?? true)
    try await fixture.plain.store.close()
  }

  @Test(
    "15: a lock's call that is made once more behind its abort finds another header",
    arguments: [[:], ["a": 1, "z": 1]])
  func repeatedLock(before: [String: Int]) async throws {
    let fixture = try await TwoPhaseFixture()
    try await fixture.plain.set(before)
    let recoverer = recoverer(fixture)
    let (calls, clock) = (fixture.calls, fixture.plain.clock)
    calls.setHook { call in
      guard case .change(_, let header?) = call, header.state == .committed else { return .made }
      // Seen unchanged for long enough, and given up.
      for _ in 0..<2 {
        _ = try! await recoverer.resolveLocks(in: "t")
        clock.advance(by: .seconds(1))
      }
      for row: RowKey in ["a", "z"] {
        let isMade = try! await calls.makeAgain(row) { $0.state == .prewritten }
        #expect(!isMade, "row \(row)")
      }
      return .made
    }
    await #expect(throws: TransactionError.self) {
      try await fixture.manager.withTransaction(TransactionFixture.once) { transaction in
        for row in ["a", "z"] {
          try transaction.set(row, (try await transaction.value(row) ?? 1) + 1)
        }
      }
    }
    await fixture.background.run()
    #expect(try await fixture.plain.all() == before)
    try await fixture.plain.store.close()
  }

  @Test(
    "10, 15: who asks for a commit in doubt gives it up, and the decision that comes late is refused"
  )
  func lateDecision() async throws {
    let fixture = try await TwoPhaseFixture()
    let before = ["a": 1, "z": 1]
    try await fixture.plain.set(before)
    let calls = fixture.calls
    let isDown = Mutex(false)
    calls.setHook { call in
      if case .change(_, let header?) = call, header.state == .committed {
        isDown.withLock { $0 = true }
      }
      return isDown.withLock { $0 } ? .lost : .made
    }
    let error = await #expect(throws: TransactionError.self) {
      try await fixture.manager.withTransaction(TransactionFixture.once) { transaction in
        for row in ["a", "z"] { try transaction.set(row, 2) }
      }
    }
    #expect(error?.code == .unknownOutcome)
    isDown.withLock { $0 = false }
    let inDoubt = try #require(error?.inDoubt)
    for _ in 0..<2 { #expect(try await fixture.manager.resolve(inDoubt) == .aborted) }
    #expect(try await !calls.makeAgain("a") { $0.state == .committed })
    #expect(try await fixture.manager.resolveLocks(in: "t").locksEnded > 0)
    #expect(try await fixture.plain.all() == before)
    try await fixture.plain.store.close()
  }
}
