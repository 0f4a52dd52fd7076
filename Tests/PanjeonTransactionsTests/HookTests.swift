// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTransactions
import Synchronization
import Testing
import WideColumn

/// Rows that a transaction has touched.
private enum TouchedRows: TransactionKey {
  static var defaultValue: [String] { [] }
}

@Suite("Hooks, values and declared conflicts of transactions")
struct HookTests {
  private struct Failure: Error {}

  @Test("Hooks run in order, before and after the commit, those of other attempts do not")
  func order() async throws {
    let fixture = try await TransactionFixture()
    let log = Mutex<[String]>([])
    let note: @Sendable (String) -> Void = { text in log.withLock { $0.append(text) } }
    var attempt = 0
    try await fixture.manager.withTransaction { transaction in
      attempt += 1
      let number = attempt
      let value = try await transaction.value("a") ?? 0
      transaction[TouchedRows.self].append("a")
      transaction.afterCommit { note("after 1 of \(number)") }
      transaction.beforeCommit { transaction in
        note("before 1 of \(number)")
        transaction.beforeCommit { transaction in
          note("before 3")
          try transaction.set("count", transaction[TouchedRows.self].count)
        }
      }
      transaction.beforeCommit { transaction in
        note("before 2")
        let own = try await transaction.value("b")
        #expect(own == 7)
      }
      transaction.afterCommit {
        let all = try? await fixture.all()
        note("after 2 sees \(all?["count"] ?? -1)")
      }
      try transaction.set("b", 7)
      if number == 1 { try await fixture.set(["a": value + 1]) }
    }
    #expect(
      log.withLock { $0 } == [
        "before 1 of 1", "before 2", "before 3", "before 1 of 2", "before 2", "before 3",
        "after 1 of 2", "after 2 sees 1",
      ])
    #expect(try await fixture.all() == ["a": 1, "b": 7, "count": 1])
    try await fixture.store.close()
  }

  @Test("What a hook throws before the commit ends the transaction, and nothing runs after it")
  func failure() async throws {
    let fixture = try await TransactionFixture()
    let hasRun = Mutex(false)
    await #expect(throws: Failure.self) {
      try await fixture.manager.withTransaction { transaction in
        try transaction.set("a", 1)
        transaction.beforeCommit { _ in throw Failure() }
        transaction.afterCommit { hasRun.withLock { $0 = true } }
      }
    }
    #expect(try await fixture.all().isEmpty)
    #expect(!hasRun.withLock { $0 })
    try await fixture.manager.withTransaction { transaction in
      _ = try await transaction.value("a")
      transaction.afterCommit { hasRun.withLock { $0 = true } }
    }
    #expect(hasRun.withLock { $0 })
    try await fixture.store.close()
  }

  /// Whether a transaction that does `first` and writes a row conflicts with `other`, which runs within it.
  private func conflicts(
    _ fixture: TransactionFixture,
    _ first: (inout Transaction<EmbeddedStore>) async throws -> Void,
    with other: (inout Transaction<EmbeddedStore>) async throws -> Void
  ) async throws -> Bool {
    do {
      try await fixture.manager.withTransaction(TransactionFixture.once) { transaction in
        try await first(&transaction)
        try transaction.set("z", 1)
        try await fixture.manager.withTransaction(TransactionFixture.once, other)
      }
      return false
    } catch let error as TransactionError where error.code == .retriesExhausted {
      return true
    }
  }

  @Test("Declared conflicts are those of reads, scans and writes")
  func declared() async throws {
    let fixture = try await TransactionFixture()
    try await fixture.set(["a": 1, "c": 1])
    let range = KeyRange(from: "b", to: "m")
    for row in ["a", "b", "c", "n"] {
      let write: (inout Transaction<EmbeddedStore>) async throws -> Void = { try $0.set(row, 2) }
      let touch: (inout Transaction<EmbeddedStore>) async throws -> Void = {
        try $0.addWriteConflict(row: Bytes(utf8: row), in: "t")
      }
      for other in [write, touch] {
        let read = try await conflicts(
          fixture, { try await $0.addReadConflict(row: "a", in: "t") }, with: other)
        #expect(read == (row == "a"))
        let scanned = try await conflicts(
          fixture, { try $0.addReadConflict(rows: range, in: "t") }, with: other)
        #expect(scanned == (row == "b" || row == "c"))
      }
      let read = try await conflicts(fixture, { _ = try await $0.value(row) }, with: touch)
      #expect(read)
      let scanned = try await conflicts(fixture, { _ = try await $0.scanValues() }, with: touch)
      #expect(scanned)
      let neither = try await conflicts(fixture, { _ in }, with: touch)
      #expect(!neither)
    }
    // Touching changes nothing.
    let value = try await fixture.all()["a"]
    try await fixture.manager.withTransaction { try $0.addWriteConflict(row: "a", in: "t") }
    try await fixture.manager.withTransaction { try $0.addWriteConflict(row: "q", in: "t") }
    #expect(try await fixture.all()["a"] == value)
    #expect(try await fixture.all()["q"] == nil)
    let error = await #expect(throws: StoreError.self) {
      try await fixture.manager.withTransaction {
        try $0.addReadConflict(rows: KeyRange(from: "b", to: "a"), in: "t")
      }
    }
    #expect(error?.code == .invalidArgument)
    try await fixture.store.close()
  }

  @Test("A row whose conflict is declared is read as it would be; a row that a limit cuts says so")
  func pages() async throws {
    let fixture = try await TransactionFixture()
    try await fixture.manager.withTransaction { transaction in
      var put = Put("wide")
      for number in 0..<10 {
        put.add(family: "data", qualifier: Bytes(utf8: "\(number)"), value: "v")
      }
      try transaction.put(put, in: "t")
      let page = try await transaction.get(Get("wide", cellsMax: 3), in: "t")
      #expect(page?.count == 3 && page?.mayHaveMoreCells == true)
    }
    try await fixture.manager.withTransaction { transaction in
      try transaction.addWriteConflict(row: "wide", in: "t")
      let page = try await transaction.get(Get("wide", cellsMax: 3), in: "t")
      #expect(page?.count == 3 && page?.mayHaveMoreCells == true)
      // Nothing is returned, and nothing is looked at.
      #expect(try await transaction.scanValues(Scan(cellsPerRowMax: 0)).isEmpty)
      try await fixture.set(["other": 1])
    }
    try await fixture.store.close()
  }
}
