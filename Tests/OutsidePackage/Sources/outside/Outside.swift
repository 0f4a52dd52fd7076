// SPDX-License-Identifier: Apache-2.0

import Panjeon
import PanjeonStorage
import PanjeonTesting
import WideColumn

/// Uses the public API alone, on a disk in memory.
@main
enum Outside {
  static func main() async throws {
    var configuration = StoreConfiguration()
    configuration.fileSystem = InMemoryFileSystem()
    try await withDatabase(at: "/outside", configuration: configuration) { database in
      try await database.createTable(TableSchema(name: "t", families: [ColumnFamily("data")]))
      try await database.withTransaction { transaction in
        var put = Put("row")
        put.add(family: "data", qualifier: "name", value: "value")
        try transaction.put(put, in: "t")
      }
      let row = try await database.get(Get("row"), in: "t")
      guard row?.value(family: "data", qualifier: "name") == "value" else {
        fatalError("what was put was not read back")
      }
    }
    print("outside: a row was written in a transaction and read back")
  }
}
