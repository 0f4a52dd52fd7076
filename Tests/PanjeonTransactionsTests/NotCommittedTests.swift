// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import PanjeonTransactions
import Testing
import WideColumn

/// Transactions that come to nothing, beside flushes and compactions that keep one version of a cell.
@Suite("What is not committed")
struct NotCommittedTests {
  /// Why it is not.
  enum End: CaseIterable, Sendable {
    /// The body throws.
    case thrown
    /// Another transaction changes what it has read.
    case conflict
    /// The change is taken back, and the rest committed.
    case savepoint
    /// The commit is lost, and its transaction settled as aborted.
    case lost
    /// The commit comes once its transaction has been settled as aborted.
    case late
  }

  private struct Failure: Error {}

  private static let value = Column(family: "data", qualifier: "v")

  private static let changes: [Mutation] = [
    .put(value, timestamp: nil, value: "9"), .append(value, "9"),
    .deleteColumn(value, upTo: nil), .deleteFamily("data", upTo: nil), .deleteRow(upTo: nil),
    .deleteColumn(value, upTo: Timestamp(microseconds: .max)),
  ]

  @Test(
    "36, 37: a change or a delete that is not committed leaves the old value, through flushes and compactions",
    arguments: End.allCases)
  func leavesTheOldValue(end: End) async throws {
    let fixture = try await TransactionFixture()
    let store = FaultyStore(fixture.store)
    let manager = TransactionManager(store: store, timeSource: fixture.clock, seed: 5)
    for (number, change) in Self.changes.enumerated() {
      try await fixture.set(["a": 1, "k": number])
      try await Self.run(change, end, manager, store, fixture)
      try await Self.compact(fixture)
      #expect(try await store.deliver().allSatisfy { $0 != .committed })
      try await Self.compact(fixture)
      #expect(try await fixture.all()["a"] == 1, "\(change)")
      let plain = try await fixture.store.get(Get("a"), in: "t")
      #expect(TransactionFixture.value(plain) == 1, "\(change)")
      let inside = try await fixture.manager.withTransaction { transaction in
        [try await transaction.value("a"), try await transaction.scanValues()["a"]]
      }
      #expect(inside == [1, 1], "\(change)")
    }
    try await fixture.store.close()
  }

  private static func compact(_ fixture: TransactionFixture) async throws {
    try await fixture.store.flush()
    try await fixture.store.compact(table: "t")
  }

  /// Runs a transaction that makes the change, and is not committed.
  private static func run(
    _ change: Mutation, _ end: End, _ manager: TransactionManager<FaultyStore>,
    _ store: FaultyStore, _ fixture: TransactionFixture
  ) async throws {
    if end == .lost { store.answer([.never]) }
    if end == .late { store.answer([.late]) }
    var isCommitted = false
    do {
      try await manager.withTransaction(TransactionFixture.once) { transaction in
        _ = try await transaction.value("k")
        let savepoint = transaction.setSavepoint()
        try transaction.mutate(RowMutations("a", [change]), in: "t")
        _ = try await transaction.value("a")
        try await compact(fixture)
        switch end {
        case .thrown: throw Failure()
        case .conflict: try await fixture.set(["k": -1])
        case .savepoint: try transaction.rollBack(to: savepoint)
        case .lost, .late: break
        }
      }
      isCommitted = true
    } catch is Failure {
      #expect(end == .thrown)
    } catch let error as TransactionError {
      #expect(error.code == .retriesExhausted, "\(error)")
    }
    #expect(isCommitted == (end == .savepoint))
  }
}
