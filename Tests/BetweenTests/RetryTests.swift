// SPDX-License-Identifier: Apache-2.0

import Between
import Panjeon
import PanjeonTesting
import Testing

@Suite("What a client sends twice")
struct RetryTests {
  @Test("A memo that is sent twice under one key is there once, and the answer is the same")
  func idempotent() async throws {
    try await withCouple { setting in
      let between = setting.between
      try await setting.database.createTable(
        TableSchema(name: "sent", families: [ColumnFamily("once")]))
      let key = IdempotencyKey(
        table: "sent", row: "request 1", column: Column(family: "once", qualifier: "memo"))
      for _ in 0..<2 {
        let stored = try await between.datastore.withIdempotentTransaction(key) { transaction in
          let memo = try await between.memos.write(
            "m", by: setting.a, in: setting.couple, in: &transaction)
          return Bytes("\(memo.id(as: UInt64.self) ?? 0)".utf8)
        }
        #expect(stored == Bytes("1".utf8))
      }
      let memos = try await between.datastore.count(
        .memo, of: Key(.relationship, setting.couple))
      #expect(memos == 1)
    }
  }
}
