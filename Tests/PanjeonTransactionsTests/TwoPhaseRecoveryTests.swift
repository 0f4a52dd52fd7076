// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import PanjeonTransactions
import Synchronization
import Testing
import WideColumn

/// What others do with what a commit in two phases has left, on the embedded store.
@Suite("Recovery of commits in two phases", .timeLimit(.minutes(15)))
struct TwoPhaseRecoveryTests {
  private static let recovering = LockOptions(timeToLive: .milliseconds(200))

  /// A manager that commits in one batch and gives locks up soon.
  private func recoverer(
    _ fixture: TwoPhaseFixture, _ locks: LockOptions = recovering
  ) -> TransactionManager<EmbeddedStore> {
    TransactionManager(
      store: fixture.plain.store, timeSource: fixture.plain.clock, seed: 3, locks: locks)
  }

  /// Writes rows and dies before the first call of a kind.
  private func die(
    _ fixture: TwoPhaseFixture, before isLast: @escaping @Sendable (LockHeader) -> Bool,
    _ body: (inout Transaction<TwoPhaseStore<CallGate<EmbeddedStore>>>) async throws -> Void
  ) async {
    fixture.calls.setHook { call in
      if case .change(_, let header?) = call, isLast(header) { return .dead }
      return .made
    }
    await #expect(throws: (any Error).self) {
      try await fixture.manager.withTransaction(TransactionFixture.once) { try await body(&$0) }
    }
    fixture.calls.setHook(nil)
  }

  private func dieUndecided(_ fixture: TwoPhaseFixture) async throws {
    try await fixture.plain.set(["a": 1, "k": 1])
    await die(fixture, before: { $0.state == .committed }) { transaction in
      for row in ["a", "k", "z"] {
        _ = try await transaction.value(row)
        try transaction.set(row, 2)
      }
    }
    for row: RowKey in ["a", "k", "z"] {
      #expect(try await fixture.header(row)?.state == .prewritten)
    }
  }

  @Test(
    "1, 3, 36: nothing of who died before the decision is left, also behind flush and compaction")
  func undecided() async throws {
    let fixture = try await TwoPhaseFixture()
    try await dieUndecided(fixture)
    try await fixture.plain.store.flush()
    try await fixture.plain.store.compact(table: "t")
    #expect(try await fixture.plain.all() == ["a": 1, "k": 1])
    let recoverer = recoverer(fixture)
    let begin = fixture.plain.clock.monotonicNanoseconds()
    try await recoverer.withTransaction { transaction in
      #expect(try await transaction.scanValues() == ["a": 1, "k": 1])
      try transaction.set("z", 3)
    }
    // By the monotonic clock, and not sooner.
    #expect(fixture.plain.clock.monotonicNanoseconds() - begin >= 200_000_000)
    #expect(recoverer.lockStatistics.ownersGivenUp >= 1)
    #expect(try await fixture.plain.all() == ["a": 1, "k": 1, "z": 3])
    for row: RowKey in ["a", "k", "z"] {
      #expect(try await fixture.header(row)?.state == .stable)
      #expect(try await !fixture.hasIntents(row))
    }
    try await fixture.plain.store.close()
  }

  @Test(
    "4, 5, 58: who died behind the decision has committed, and nobody waits, also behind flush and compaction"
  )
  func decided() async throws {
    let fixture = try await TwoPhaseFixture()
    try await fixture.plain.set(["a": 1, "k": 1])
    let before = try fixture.plain.manager.snapshot()
    try await fixture.manager.withTransaction { transaction in
      for row in ["a", "k", "z"] { try transaction.set(row, 2) }
    }
    try await fixture.plain.store.flush()
    try await fixture.plain.store.compact(table: "t")
    // From the last row on: a secondary.
    let recoverer = recoverer(fixture)
    let begin = fixture.plain.clock.monotonicNanoseconds()
    for row in ["z", "k", "a"] {
      try await recoverer.withTransaction { transaction in
        #expect(try await transaction.value(row) == 2)
        try transaction.set(row, 3)
      }
    }
    #expect(fixture.plain.clock.monotonicNanoseconds() - begin < 5_000_000)
    // The owner comes to it after all, and finds that nothing is left to do.
    await fixture.background.run()
    #expect(try await fixture.plain.all() == ["a": 3, "k": 3, "z": 3])
    #expect(TransactionFixture.value(try await before.get(Get("a"), in: "t")) == 1)
    try await fixture.plain.store.close()
  }

  @Test(
    "A snapshot waits for who had all locks and depends on others, and sees it if it is committed")
  func snapshotWaits() async throws {
    let fixture = try await TwoPhaseFixture()
    try await fixture.plain.set(["a": 1, "r": 1])
    let plain = fixture.plain
    let reader = Kept<Task<[String: Int], any Error>>()
    fixture.calls.setHook { call in
      guard case .change(_, let header?) = call, header.state == .stable else { return .made }
      // Right before the decision: what was only read changes, and a snapshot is taken of that.
      _ = try? await plain.set(["r": 2])
      guard let snapshot = try? plain.manager.snapshot() else { return .made }
      reader.set(
        Task {
          let value = TransactionFixture.value(try await snapshot.get(Get("a"), in: "t"))
          let other = TransactionFixture.value(try await snapshot.get(Get("r"), in: "t"))
          return ["a": value ?? 0, "r": other ?? 0]
        })
      return .made
    }
    try await fixture.manager.withTransaction(TransactionFixture.once) { transaction in
      try transaction.set("a", 10 * (try await transaction.value("r") ?? 0))
    }
    #expect(try await reader.value?.value == ["a": 10, "r": 2])
    try await fixture.plain.store.close()
  }

  @Test("41: the primary's row or its table is gone, and its secondaries are free")
  func primaryGone() async throws {
    for isTable in [true, false] {
      let fixture = try await TwoPhaseFixture()
      try await fixture.plain.set(["a": 1])
      try await fixture.plain.store.createTable(
        TableSchema(name: "u", families: [.lock, ColumnFamily("data")]))
      try await fixture.plain.manager.withTransaction { transaction in
        try transaction.put(SimulatedRow.put("p", "1"), in: "u")
      }
      await die(fixture, before: { $0.state == .committed }) { transaction in
        _ = try await transaction.get(Get("p"), in: "u")
        try transaction.put(SimulatedRow.put("p", "2"), in: "u")
        try transaction.set("a", 2)
      }
      if isTable {
        try await fixture.plain.store.dropTable("u")
      } else {
        try await fixture.plain.store.truncateTable("u", keepsRegions: true)
      }
      let locks = try await fixture.plain.manager.unstableLocks(in: "t")
      #expect(locks.map(\.decision) == [.aborted])
      #expect(try await fixture.plain.manager.resolveLocks(in: "t").locksEnded == 1)
      #expect(try await fixture.plain.all() == ["a": 1])
      try await fixture.plain.set(["a": 3])
      try await fixture.plain.store.close()
    }
  }

  @Test("42, 43: who takes longer than a lock lives shows that it lives, and commits")
  func heartbeat() async throws {
    let fixture = try await TwoPhaseFixture(
      options: TwoPhaseOptions(
        locks: LockOptions(timeToLive: .milliseconds(200), callsInFlightMax: 4)))
    let recoverer = recoverer(fixture)
    let clock = fixture.plain.clock
    fixture.calls.setHook { call in
      // A hundred locks of 10 ms each, and somebody who looks at them all the while.
      if case .change(_, let header?) = call, header.state == .prewritten, header.step == 0 {
        clock.advance(by: .milliseconds(10))
        _ = try? await recoverer.resolveLocks(in: "t")
      }
      return .made
    }
    try await fixture.manager.withTransaction(TransactionFixture.once) { transaction in
      // Who has read nothing would be committed again, under a new version.
      #expect(try await transaction.value("row 0") == nil)
      for row in 0..<100 { try transaction.set("row \(row)", row) }
    }
    #expect(try await fixture.header("row 0")?.step ?? 0 > 10)
    await fixture.background.run()
    #expect(try await fixture.plain.all().count == 100)
    #expect(recoverer.lockStatistics.ownersGivenUp == 0)
    try await fixture.plain.store.close()
  }

  @Test("10: who is taken for dead while it lives commits nothing, and is told so")
  func givenUp() async throws {
    let fixture = try await TwoPhaseFixture()
    try await fixture.plain.set(["a": 1])
    let recoverer = recoverer(fixture)
    let clock = fixture.plain.clock
    let hasStood = Mutex(false)
    fixture.calls.setHook { call in
      if case .change(_, let header?) = call, header.state == .committed,
        hasStood.withLock({ old in
          defer { old = true }
          return !old
        })
      {
        _ = try? await recoverer.resolveLocks(in: "t")
        clock.advance(by: .seconds(1))
        _ = try? await recoverer.resolveLocks(in: "t")
      }
      return .made
    }
    var runs = 0
    try await fixture.manager.withTransaction { transaction in
      runs += 1
      try transaction.set("z", (try await transaction.value("a") ?? 0) + 1)
      try transaction.set("a", 5)
    }
    #expect(runs == 2)
    #expect(try await fixture.plain.all() == ["a": 5, "z": 2])
    try await fixture.plain.store.close()
  }

  @Test("55: locks of an earlier life of the process are dead at once")
  func earlierLife() async throws {
    let fixture = try await TwoPhaseFixture()
    try await dieUndecided(fixture)
    let begin = fixture.plain.clock.monotonicNanoseconds()
    let again = recoverer(fixture, LockOptions(ownersAreInThisProcess: true))
    try await again.withTransaction { transaction in
      #expect(try await transaction.scanValues() == ["a": 1, "k": 1])
      try transaction.set("a", 3)
    }
    #expect(fixture.plain.clock.monotonicNanoseconds() - begin < 5_000_000)
    try await fixture.plain.store.close()
  }

  @Test("46: cancelled at any of its calls, it is made whole or not at all, and says so")
  func cancellation() async throws {
    for place in 0..<12 {
      let fixture = try await TwoPhaseFixture()
      try await fixture.plain.set(["a": 1, "k": 1, "r": 1])
      let task = Kept<Task<Void, any Error>>()
      let calls = fixture.calls
      calls.setHook { _ in
        if calls.made.count == place + 1 { task.value?.cancel() }
        return .made
      }
      let manager = fixture.manager
      let running = Task {
        // Not before it can be cancelled.
        while task.value == nil { await Task.yield() }
        try await manager.withTransaction { transaction in
          _ = try await transaction.value("r")
          for row in ["a", "k"] { try transaction.set(row, 2) }
        }
      }
      task.set(running)
      let isMade = await Result { try await running.value }.isSuccess
      await fixture.background.run()
      #expect(
        try await fixture.plain.all()
          == (isMade ? ["a": 2, "k": 2, "r": 1] : ["a": 1, "k": 1, "r": 1]), "call \(place)")
      try await fixture.plain.store.close()
    }
  }

  @Test("59: a lock whose intents are damaged, or of a later version, stays as it is and is shown")
  func unknownIntents() async throws {
    let fixture = try await TwoPhaseFixture()
    try await dieUndecided(fixture)
    let whole = try #require(
      try await fixture.plain.store.get(Get("k"), in: "t")?.value(
        family: "!lock!", qualifier: "intents"))
    try await fixture.plain.store.mutate(
      RowMutations(
        "k", [.put(LockColumn.intents, timestamp: nil, value: Bytes(Array(whole) + [0]))]),
      in: "t")
    let resolution = try await fixture.plain.manager.resolveLocks(in: "t", rows: .single("k"))
    #expect(resolution.locksUnknown == 1)
    #expect(
      try await fixture.plain.manager.unstableLocks(in: "t", rows: .single("k"))
        .map(\.decision) == [.unknown])
    // What a snapshot sees there cannot be told.
    let unreadable = await #expect(throws: StoreError.self) { try await fixture.plain.all() }
    #expect(unreadable?.code == .corruption)
    let error = await #expect(throws: TransactionError.self) {
      try await fixture.plain.manager.withTransaction(TransactionOptions(attemptsMax: 3)) {
        _ = try await $0.value("k")
      }
    }
    #expect(error?.code == .retriesExhausted)
    try await fixture.plain.store.close()
  }
}

/// Something that is set by one task and read by another.
private final class Kept<Value: Sendable>: Sendable {
  private let state = Mutex<Value?>(nil)

  var value: Value? { state.withLock { $0 } }

  func set(_ value: Value) { state.withLock { $0 = value } }
}

extension Result where Failure == any Error {
  fileprivate init(_ body: () async throws -> Success) async {
    do { self = .success(try await body()) } catch { self = .failure(error) }
  }

  fileprivate var isSuccess: Bool { if case .success = self { true } else { false } }
}
