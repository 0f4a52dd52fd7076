// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import PanjeonTransactions
import WideColumn

/// A store in memory with a table of accounts, and a manager whose waits take no time.
struct TransactionFixture {
  let store: EmbeddedStore
  let manager: TransactionManager<EmbeddedStore>
  let clock = ManualTimeSource()

  init(seed: UInt64 = 1) async throws {
    var configuration = StoreConfiguration()
    configuration.fileSystem = InMemoryFileSystem()
    configuration.memtableBytesMax = 64 << 10
    configuration.logSegmentBytes = 64 << 10
    configuration.logRetentionBytesMax = 256 << 10
    configuration.blockBytes = 1024
    configuration.timeSource = clock
    store = try await EmbeddedStore.open(at: "/transactions", configuration: configuration)
    try await store.createTable(
      TableSchema(
        name: "t", families: [.lock, ColumnFamily("data"), ColumnFamily("old", versionsMax: 3)]),
      // Transactions, scans and conflicts of all tests go across regions.
      splitAt: ["b", "k", "r"])
    manager = TransactionManager(store: store, timeSource: clock, seed: seed)
  }

  /// Options that give up at the first conflict.
  static let once = TransactionOptions(durability: .operatingSystem, attemptsMax: 1)

  static func value(_ row: RowResult?) -> Int? {
    row?.value(family: "data", qualifier: "v")?.utf8String.flatMap { Int($0) }
  }

  func set(_ values: [String: Int]) async throws {
    try await manager.withTransaction { transaction in
      for (row, value) in values { try transaction.set(row, value) }
    }
  }

  func all() async throws -> [String: Int] {
    try await manager.withSnapshot { snapshot in
      var cursor = try await snapshot.scan(Scan(), in: "t")
      var values: [String: Int] = [:]
      while let row = try await cursor.next() {
        values[row.row.utf8String ?? "?"] = Self.value(row)
      }
      return values
    }
  }
}

extension Transaction {
  mutating func set(_ row: String, _ value: Int) throws {
    var put = Put(Bytes(utf8: row))
    put.add(family: "data", qualifier: "v", value: Bytes(utf8: String(value)))
    try self.put(put, in: "t")
  }

  mutating func value(_ row: String) async throws -> Int? {
    TransactionFixture.value(try await get(Get(Bytes(utf8: row)), in: "t"))
  }

  mutating func scanValues(_ scan: Scan = Scan()) async throws -> [String: Int] {
    var cursor = try await self.scan(scan, in: "t")
    var values: [String: Int] = [:]
    while let row = try await next(&cursor) {
      values[row.row.utf8String ?? "?"] = TransactionFixture.value(row)
    }
    return values
  }
}
