// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import PanjeonTransactions
import Synchronization
import Testing
import WideColumn

/// What an owner does that is slow, refused, or overtaken.
@Suite("Owners of commits in two phases", .timeLimit(.minutes(15)))
struct TwoPhaseOwnerTests {
  private func recoverer(_ fixture: TwoPhaseFixture) -> TransactionManager<EmbeddedStore> {
    TransactionManager(
      store: fixture.plain.store, timeSource: fixture.plain.clock, seed: 3,
      locks: LockOptions(timeToLive: .milliseconds(200)))
  }

  @Test(
    "42: who looks at what it read for longer than a lock lives shows that it lives, and commits")
  func slowLook() async throws {
    let fixture = try await TwoPhaseFixture(
      options: TwoPhaseOptions(
        locks: LockOptions(timeToLive: .milliseconds(200), callsInFlightMax: 4)))
    let recoverer = recoverer(fixture)
    let clock = fixture.plain.clock
    let isLocked = Mutex(false)
    fixture.calls.setHook { call in
      switch call {
      case .change(_, let header?) where header.state == .prewritten:
        isLocked.withLock { $0 = true }
      case .read where isLocked.withLock { $0 }:
        clock.advance(by: .milliseconds(10))
        _ = try? await recoverer.resolveLocks(in: "t")
      default: break
      }
      return .made
    }
    try await fixture.manager.withTransaction(TransactionFixture.once) { transaction in
      let rows = (0..<100).map { Get(Bytes(utf8: "row \($0)")) }
      _ = try await transaction.get(rows, in: "t")
      try transaction.set("z", 1)
    }
    #expect(recoverer.lockStatistics.ownersGivenUp == 0)
    #expect(try await fixture.plain.all() == ["z": 1])
    try await fixture.plain.store.close()
  }

  @Test("14: an owner that could not free its own lock does not wait for it")
  func ownLock() async throws {
    let fixture = try await TwoPhaseFixture()
    let plain = fixture.plain
    try await plain.set(["a": 1, "z": 1])
    fixture.calls.setHook { call in
      guard case .change(let row, let header?) = call else { return .made }
      if header.state == .prewritten, row.row == "z" { _ = try? await plain.set(["z": 2]) }
      return header.state == .stable ? .lost : .made
    }
    let begin = plain.clock.monotonicNanoseconds()
    let error = await #expect(throws: TransactionError.self) {
      try await fixture.manager.withTransaction(TransactionFixture.once) { transaction in
        for row in ["a", "z"] {
          try transaction.set(row, (try await transaction.value(row) ?? 0) + 10)
        }
      }
    }
    #expect(error?.code == .retriesExhausted)
    #expect(plain.clock.monotonicNanoseconds() - begin < 100_000_000)
    #expect(try await fixture.header("a")?.state == .prewritten)
    #expect(try await plain.all() == ["a": 1, "z": 2])
    try await plain.store.close()
  }

  @Test(
    "11: given up, and its primary written by others: its secondaries, locked still, tell that it was not committed"
  )
  func overwrittenPrimary() async throws {
    let fixture = try await TwoPhaseFixture()
    try await fixture.plain.set(["a": 1, "z": 1])
    let recoverer = recoverer(fixture)
    fixture.calls.setHook { call in
      if case .change(_, let header?) = call, header.state == .committed {
        try! await recoverer.withTransaction { transaction in
          try transaction.set("a", 10 * (try await transaction.value("a") ?? 0))
        }
      }
      return .made
    }
    let error = await #expect(throws: TransactionError.self) {
      try await fixture.manager.withTransaction(TransactionFixture.once) { transaction in
        for row in ["a", "z"] {
          try transaction.set(row, (try await transaction.value(row) ?? 0) + 1)
        }
      }
    }
    #expect(error?.code == .retriesExhausted)
    #expect(try await fixture.plain.all() == ["a": 10, "z": 1])
    try await fixture.plain.store.close()
  }

  @Test("55: a store in another life than the one in which the rows were locked decides nothing")
  func otherLife() async throws {
    let fixture = try await TwoPhaseFixture()
    try await fixture.plain.set(["a": 1, "z": 1])
    let calls = fixture.calls
    let other = StoreIncarnation(store: StoreIdentity(high: 1, low: 2), number: 7, nonce: 9)
    calls.setHook { call in
      // Behind the locks.
      if case .read = call, calls.made.contains(where: { $0.isLock }) {
        calls.setIncarnation(other)
      }
      return .made
    }
    let error = await #expect(throws: TransactionError.self) {
      try await fixture.manager.withTransaction(TransactionFixture.once) { transaction in
        let value = try await transaction.value("z") ?? 0
        for row in ["a", "b"] { try transaction.set(row, value + 1) }
      }
    }
    #expect(error?.code == .retriesExhausted)
    #expect(try await fixture.plain.all() == ["a": 1, "z": 1])
    try await fixture.plain.store.close()
  }

  @Test(
    "54: locks are durable before the decision, whatever that is to survive",
    arguments: Durability.allCases)
  func durability(durability: Durability) async throws {
    let fixture = try await TwoPhaseFixture()
    fixture.calls.setHook(nil)
    try await fixture.manager.withTransaction(TransactionOptions(durability: durability)) {
      transaction in
      for row in ["a", "z"] { try transaction.set(row, 1) }
    }
    #expect(fixture.calls.durabilities(of: .prewritten) == [.disk, .disk])
    #expect(fixture.calls.durabilities(of: .committed) == [durability])
    await fixture.background.run()
    // The secondary no later than the primary, which may be forgotten then.
    #expect(fixture.calls.durabilities(of: .stable).first == .disk)
    try await fixture.plain.store.close()
  }

  @Test("Options that make no sense count as the least that does", arguments: [0, -3, 1, Int.max])
  func options(number: Int) async throws {
    var options = TwoPhaseOptions(
      locks: LockOptions(callsInFlightMax: number), stabilizersMax: number, rowsPerPage: number)
    (options.stabilizersMax, options.rowsPerPage) = (number, min(number, 1 << 20))
    options.locks.callsInFlightMax = number
    let fixture = try await TwoPhaseFixture(options: options)
    try await fixture.manager.withTransaction { transaction in
      _ = try await transaction.get([Get("a"), Get("r")], in: "t")
      #expect(try await transaction.scanValues().isEmpty)
      for row in ["a", "k", "z"] { try transaction.set(row, 1) }
    }
    await fixture.background.run()
    #expect(try await fixture.plain.manager.unstableLocks(in: "t").isEmpty)
    #expect(try await fixture.plain.all() == ["a": 1, "k": 1, "z": 1])
    try await fixture.plain.store.close()
  }

  @Test("Of more transactions than may wait to be made stable the locks stay, until somebody comes")
  func stabilizations() async throws {
    let fixture = try await TwoPhaseFixture(options: TwoPhaseOptions(stabilizationsMax: 2))
    for number in 0..<5 {
      try await fixture.manager.withTransaction { transaction in
        for row in ["a", "z"] { try transaction.set("\(row)\(number)", number) }
      }
    }
    #expect(fixture.store.lockStatistics.stabilizationsSkipped == 3)
    await fixture.background.run()
    #expect(try await fixture.plain.manager.unstableLocks(in: "t").count == 6)
    #expect(try await fixture.plain.all().count == 10)
    #expect(try await fixture.plain.manager.resolveLocks(in: "t").locksEnded >= 3)
    #expect(try await fixture.plain.manager.unstableLocks(in: "t").isEmpty)
    try await fixture.plain.store.close()
  }
}

extension CallGate.Call {
  /// Whether it locks a row.
  fileprivate var isLock: Bool {
    if case .change(_, let header?) = self { return header.state == .prewritten }
    return false
  }
}
