// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import PanjeonTransactions
import Synchronization
import Testing
import WideColumn

/// Who looks for locks, in many rows.
@Suite("Janitors of commits in two phases", .timeLimit(.minutes(15)))
struct TwoPhaseJanitorTests {
  @Test("More dead owners than are watched at once are ended in a few passes")
  func many() async throws {
    let fixture = try await TwoPhaseFixture()
    let count = 1100
    for number in 0..<count {
      fixture.calls.setHook { call in
        if case .change(_, let header?) = call, header.state == .committed { return .dead }
        return .made
      }
      await #expect(throws: (any Error).self) {
        try await fixture.manager.withTransaction(TransactionFixture.once) { transaction in
          for row in ["a", "z"] { try transaction.set("\(row)\(number)", 1) }
        }
      }
    }
    let janitor = TransactionManager(
      store: fixture.plain.store, timeSource: fixture.plain.clock, seed: 3,
      locks: LockOptions(timeToLive: .milliseconds(200)))
    var ended: [Int] = []
    for _ in 0..<4 {
      ended.append(try await janitor.resolveLocks(in: "t").locksEnded)
      fixture.plain.clock.advance(by: .seconds(30))
    }
    #expect(ended[0] == 0 && ended[1] >= 1024)
    #expect(ended.reduce(0, +) == 2 * count)
    #expect(try await fixture.plain.all().isEmpty)
    try await fixture.plain.store.close()
  }

  @Test(
    "Whoever lists locks through a store that commits in two phases ends none and waits for none")
  func list() async throws {
    let fixture = try await TwoPhaseFixture()
    try await fixture.plain.set(["a": 1])
    fixture.calls.setHook { call in
      if case .change(_, let header?) = call, header.state == .committed { return .dead }
      return .made
    }
    await #expect(throws: (any Error).self) {
      try await fixture.manager.withTransaction(TransactionFixture.once) { transaction in
        for row in ["a", "z"] { try transaction.set(row, 2) }
      }
    }
    fixture.calls.setHook(nil)
    let begin = fixture.plain.clock.monotonicNanoseconds()
    let locks = try await fixture.manager.unstableLocks(in: "t")
    #expect(locks.map(\.row.row) == ["a", "z"])
    #expect(locks == (try await fixture.plain.manager.unstableLocks(in: "t")))
    #expect(locks.allSatisfy { $0.decision == .undecided })
    #expect(fixture.plain.clock.monotonicNanoseconds() == begin)
    try await fixture.plain.store.close()
  }
}
