// SPDX-License-Identifier: Apache-2.0

import Panjeon

func keepAccounts(at path: String) async throws -> [String] {
  try await withDatabase(at: path) { database in
    try await database.createTableIfNeeded(
      TableSchema(name: "account", families: [ColumnFamily("data")]))

    // Both rows change, or neither does.
    try await database.withTransaction { transaction in
      for (name, amount) in [("minji", -30), ("jisoo", 30)] {
        let row = Bytes(utf8: name)
        let before = try await transaction.get(Get(row), in: "account")
        let balance = before?.value(family: "data", qualifier: "balance")?.utf8String ?? "100"
        var put = Put(row)
        put.add(
          family: "data", qualifier: "balance",
          value: Bytes(utf8: "\((Int(balance) ?? 0) + amount)"))
        try transaction.put(put, in: "account")
      }
    }

    var lines: [String] = []
    for try await row in database.scan(in: "account") {
      for cell in row { lines.append("\(row.row) \(cell.column) = \(cell.value)") }
    }
    return lines
  }
}
