// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import PanjeonTransactions
import Synchronization
import Testing
import WideColumn

@Suite("Savepoints")
struct SavepointTests {
  private struct Failure: Error {}

  @Test("Changes behind a savepoint are taken back, whatever the rows held; those before it stay")
  func rollBack() async throws {
    let fixture = try await TransactionFixture()
    try await fixture.set(["a": 1, "b": 2])
    try await fixture.manager.withTransaction { transaction in
      try transaction.set("a", 10)
      let first = transaction.setSavepoint()
      try transaction.set("a", 11)
      try transaction.set("c", 3)
      let second = transaction.setSavepoint()
      try transaction.delete(Delete("a"), in: "t")
      try transaction.delete(Delete("b"), in: "t")
      #expect(try await transaction.scanValues() == ["c": 3])
      try transaction.rollBack(to: second)
      #expect(try await transaction.scanValues() == ["a": 11, "b": 2, "c": 3])
      try transaction.set("d", 4)
      // It stays, and can be gone back to again.
      try transaction.rollBack(to: second)
      try transaction.rollBack(to: first)
      #expect(try await transaction.scanValues() == ["a": 10, "b": 2])
      #expect(throws: TransactionError.self) { try transaction.rollBack(to: second) }
      try transaction.set("e", 5)
    }
    #expect(try await fixture.all() == ["a": 10, "b": 2, "e": 5])
    try await fixture.store.close()
  }

  @Test("Any history of writes, savepoints and rollbacks leaves what a stack of copies says")
  func model() async throws {
    TestSeed.announce("Savepoints")
    var random = SplitMix64(seed: TestSeed.value)
    let fixture = try await TransactionFixture()
    let rows = ["a", "b", "c", "l", "s"]
    for _ in 0..<30 * TestSeed.effort {
      var model = try await fixture.all()
      try await fixture.manager.withTransaction { transaction in
        var stack: [(Savepoint, [String: Int])] = []
        for _ in 0..<20 {
          let row = rows[random.below(rows.count)]
          switch random.below(10) {
          case ..<5:
            let value = random.below(100)
            try transaction.set(row, value)
            model[row] = value
          case ..<7:
            try transaction.delete(Delete(Bytes(utf8: row)), in: "t")
            model[row] = nil
          case 7: stack.append((transaction.setSavepoint(), model))
          default:
            guard !stack.isEmpty else { continue }
            let place = random.below(stack.count)
            try transaction.rollBack(to: stack[place].0)
            model = stack[place].1
            stack.removeSubrange((place + 1)...)
          }
          #expect(try await transaction.scanValues() == model)
        }
      }
      #expect(try await fixture.all() == model)
    }
    try await fixture.store.close()
  }

  @Test("47, 48: what was read behind a savepoint still conflicts; what was only written does not")
  func conflicts() async throws {
    let fixture = try await TransactionFixture()
    try await fixture.set(["a": 1])
    // Scenario 47 of the protocol page.
    let error = await #expect(throws: TransactionError.self) {
      try await fixture.manager.withTransaction(TransactionFixture.once) { transaction in
        let savepoint = transaction.setSavepoint()
        let value = try await transaction.value("a")
        try transaction.set("a", 2)
        try transaction.rollBack(to: savepoint)
        try transaction.set("b", value ?? 0)
        try await fixture.set(["a": 5])
      }
    }
    #expect(error?.row == TransactionRow(table: "t", row: "a"))
    // Scenario 48.
    try await fixture.manager.withTransaction(TransactionFixture.once) { transaction in
      let savepoint = transaction.setSavepoint()
      try transaction.set("a", 2)
      try transaction.rollBack(to: savepoint)
      try transaction.set("b", 7)
      try await fixture.set(["a": 6])
    }
    #expect(try await fixture.all() == ["a": 6, "b": 7])
    try await fixture.store.close()
  }

  @Test("A body within the transaction is taken back when it throws, and counts towards no limit")
  func nested() async throws {
    let fixture = try await TransactionFixture()
    try await fixture.manager.withTransaction(TransactionOptions(rowsWrittenMax: 2)) {
      transaction in
      try transaction.set("a", 1)
      for _ in 0..<3 {
        await #expect(throws: Failure.self) {
          try await transaction.withSavepoint { inner in
            try inner.set("a", 2)
            try inner.set("b", 2)
            throw Failure()
          }
        }
      }
      let result = try await transaction.withSavepoint { inner in
        try inner.set("c", 3)
        return "done"
      }
      #expect(result == "done")
    }
    #expect(try await fixture.all() == ["a": 1, "c": 3])
    try await fixture.store.close()
  }

  @Test("The error of a body within the transaction is its own, even if it has gone further back")
  func furtherBack() async throws {
    let fixture = try await TransactionFixture()
    try await fixture.manager.withTransaction { transaction in
      try transaction.set("a", 1)
      let outer = transaction.setSavepoint()
      try transaction.set("b", 1)
      await #expect(throws: Failure.self) {
        try await transaction.withSavepoint { inner in
          try inner.set("c", 1)
          try inner.rollBack(to: outer)
          throw Failure()
        }
      }
      try transaction.release(outer)
      #expect(throws: TransactionError.self) { try transaction.release(outer) }
    }
    #expect(try await fixture.all() == ["a": 1])
    try await fixture.store.close()
  }

  @Test("Hooks of what is taken back are taken back")
  func hooks() async throws {
    let fixture = try await TransactionFixture()
    let log = Mutex<[String]>([])
    try await fixture.manager.withTransaction { transaction in
      transaction.afterCommit { log.withLock { $0.append("outer") } }
      transaction.beforeCommit { transaction in
        await #expect(throws: Failure.self) {
          try await transaction.withSavepoint { inner in
            inner.beforeCommit { try $0.set("hook", 1) }
            throw Failure()
          }
        }
        try transaction.set("b", 1)
      }
      await #expect(throws: Failure.self) {
        try await transaction.withSavepoint { inner in
          inner.afterCommit { log.withLock { $0.append("inner") } }
          inner.beforeCommit { try $0.set("inner", 1) }
          throw Failure()
        }
      }
    }
    #expect(log.withLock { $0 } == ["outer"])
    #expect(try await fixture.all() == ["b": 1])
    try await fixture.store.close()
  }

  @Test("A savepoint of another attempt is refused")
  func foreign() async throws {
    let fixture = try await TransactionFixture()
    var kept: Savepoint?
    try await fixture.manager.withTransaction { kept = $0.setSavepoint() }
    let savepoint = try #require(kept)
    let error = await #expect(throws: TransactionError.self) {
      try await fixture.manager.withTransaction { transaction in
        _ = transaction.setSavepoint()
        try transaction.rollBack(to: savepoint)
      }
    }
    #expect(error?.code == .misuse)
    try await fixture.store.close()
  }
}
