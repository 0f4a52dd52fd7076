// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import PanjeonTransactions
import Testing
import WideColumn

@Suite("Locks that are not stable")
struct LockInspectionTests {
  private static let owner = TransactionID(high: 1, low: 2)

  private func lock(
    _ fixture: TransactionFixture, _ row: RowKey, _ state: LockHeader.State,
    _ owner: TransactionID = owner, ago: Duration = .seconds(5), intents: LockIntents? = nil
  ) async throws {
    let version = fixture.clock.wallClockMicroseconds() - Int64(ago / .microseconds(1))
    let header = LockHeader(
      state: state, outcome: .none, step: 1, version: UInt64(version), transactionID: owner)
    var mutations: [Mutation] = [
      .put(LockColumn.header, timestamp: nil, value: header.encode())
    ]
    if let intents {
      mutations.append(.put(LockColumn.intents, timestamp: nil, value: intents.encode()))
    }
    try await fixture.store.mutate(RowMutations(row, mutations), in: "t")
  }

  @Test("41: they are found with owner, age, primary and decision; stable ones are not")
  func decisions() async throws {
    let fixture = try await TransactionFixture()
    try await fixture.set(["a": 1, "z": 26])
    func named(_ row: RowKey) -> TransactionRow { TransactionRow(table: "t", row: row) }
    let toC = LockIntents(primary: named("c"), redo: "redo")
    try await lock(fixture, "b", .prewritten, intents: toC)
    try await lock(fixture, "c", .prewritten, intents: LockIntents(secondaries: [named("b")]))
    let second = TransactionID(high: 3, low: 4)
    try await lock(fixture, "d", .committed, second)
    try await lock(fixture, "e", .prewritten, second, intents: LockIntents(primary: named("d")))
    let third = TransactionID(high: 5, low: 6)
    try await lock(fixture, "f", .aborted, third)
    try await lock(fixture, "g", .prewritten, third, intents: LockIntents(primary: named("f")))
    // Its primary is stable, and of another transaction.
    try await lock(fixture, "h", .prewritten, intents: LockIntents(primary: named("a")))
    // Its primary's table is gone.
    let gone = LockIntents(primary: TransactionRow(table: "gone", row: "x"))
    try await lock(fixture, "i", .prewritten, intents: gone)
    try await lock(fixture, "j", .prewritten, ago: .seconds(1))
    let locks = try await fixture.manager.unstableLocks(in: "t")
    let expected: [(RowKey, RowKey?, RowLock.Decision, TransactionID)] = [
      ("b", "c", .undecided, Self.owner), ("c", "c", .undecided, Self.owner),
      ("d", "d", .committed, second), ("e", "d", .committed, second),
      ("f", "f", .aborted, third), ("g", "f", .aborted, third),
      ("h", "a", .aborted, Self.owner), ("i", "x", .aborted, Self.owner),
      ("j", nil, .unknown, Self.owner),
    ]
    #expect(locks.map(\.row.row) == expected.map(\.0))
    for (lock, (row, primary, decision, owner)) in zip(locks, expected) {
      #expect(lock.primary?.row == primary, "\(row)")
      #expect(lock.decision == decision, "\(row)")
      #expect(lock.owner == owner, "\(row)")
      #expect(lock.age == (row == "j" ? .seconds(1) : .seconds(5)), "\(row)")
    }
    let old = try await fixture.manager.unstableLocks(in: "t", olderThan: .seconds(3))
    #expect(old.count == 8)
    let some = try await fixture.manager.unstableLocks(
      in: "t", rows: KeyRange(from: "c"), locksMax: 2)
    #expect(some.map(\.row.row) == ["c", "d"])
    try await fixture.store.close()
  }

  @Test("A header that this version does not know is shown, and not judged")
  func unknownHeader() async throws {
    let fixture = try await TransactionFixture()
    try await fixture.store.mutate(
      RowMutations("a", [.put(LockColumn.header, timestamp: nil, value: "what")]), in: "t")
    let locks = try await fixture.manager.unstableLocks(in: "t")
    #expect(locks.count == 1)
    #expect(locks.first?.header == nil)
    #expect(locks.first?.decision == .unknown)
    // Nor does a transaction go on with it.
    let error = await #expect(throws: TransactionError.self) {
      try await fixture.manager.withTransaction(TransactionFixture.once) { transaction in
        try transaction.set("a", 1)
      }
    }
    #expect(error?.code == .retriesExhausted)
    try await fixture.store.close()
  }

  @Test(
    "Without sense: no locks to return, a negative age, an inverted range, a table without locks")
  func refusals() async throws {
    let fixture = try await TransactionFixture()
    try await fixture.store.createTable(TableSchema(name: "p", families: [ColumnFamily("data")]))
    func refused(_ code: StoreError.Code, _ body: () async throws -> [RowLock]) async {
      let error = await #expect(throws: StoreError.self) { _ = try await body() }
      #expect(error?.code == code)
    }
    let manager = fixture.manager
    await refused(.invalidArgument) { try await manager.unstableLocks(in: "t", locksMax: 0) }
    await refused(.invalidArgument) {
      try await manager.unstableLocks(in: "t", olderThan: .seconds(-1))
    }
    await refused(.invalidArgument) {
      try await manager.unstableLocks(in: "t", rows: KeyRange(from: "b", to: "a"))
    }
    await refused(.noSuchFamily) { try await manager.unstableLocks(in: "p") }
    await refused(.noSuchTable) { try await manager.unstableLocks(in: "nowhere") }
    try await fixture.store.close()
  }
}
