// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import PanjeonTransactions
import Testing
import WideColumn

/// Transactions that meet fewer, as many and more rows than are looked through one by one.
@Suite("Transactions of many rows")
struct ManyRowsTests {
  private static func rows(_ count: Int) -> [String] { (0..<count).map { "row \($0)" } }

  @Test(
    "However many rows a transaction has met, it knows each again", arguments: [7, 8, 9, 10, 40])
  func known(count: Int) async throws {
    let fixture = try await TransactionFixture()
    let rows = Self.rows(count)
    try await fixture.set(Dictionary(uniqueKeysWithValues: rows.map { ($0, 1) }))
    try await fixture.manager.withTransaction(TransactionFixture.once) { transaction in
      for row in rows { #expect(try await transaction.value(row) == 1) }
      for row in rows { try transaction.set(row, 2) }
      let savepoint = transaction.setSavepoint()
      for row in rows.reversed() { try transaction.set(row, 100) }
      try transaction.rollBack(to: savepoint)
      for row in rows {
        let value = try #require(try await transaction.value(row))
        try transaction.set(row, value + 1)
      }
    }
    #expect(try await fixture.all().values.allSatisfy { $0 == 3 })
    try await fixture.store.close()
  }

  @Test(
    "However many rows a transaction has read, it depends on each", arguments: [7, 8, 9, 10, 40])
  func compared(count: Int) async throws {
    let fixture = try await TransactionFixture()
    let rows = Self.rows(count)
    try await fixture.set(Dictionary(uniqueKeysWithValues: rows.map { ($0, 1) }))
    for changed in rows {
      let error = await #expect(throws: TransactionError.self) {
        try await fixture.manager.withTransaction(TransactionFixture.once) { transaction in
          for row in rows + rows { _ = try await transaction.value(row) }
          try await fixture.set([changed: 2])
          try transaction.set("result", 1)
        }
      }
      #expect(error?.row == TransactionRow(table: "t", row: Bytes(utf8: changed)))
    }
    try await fixture.store.close()
  }
}
