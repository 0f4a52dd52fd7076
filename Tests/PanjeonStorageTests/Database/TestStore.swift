// SPDX-License-Identifier: Apache-2.0

import Logging
import PanjeonStorage
import PanjeonTesting
import WideColumn

/// Small stores for tests: tiny memtables, segments and blocks, so that little data exercises everything.
enum TestStore {
  static let schema = TableSchema(
    name: "t", families: [ColumnFamily("data"), ColumnFamily("other", versionsMax: 3)])

  static func configuration(_ fileSystem: any FileSystem) -> StoreConfiguration {
    var configuration = StoreConfiguration()
    configuration.fileSystem = fileSystem
    configuration.memoryBudgetBytes = 4 << 20
    configuration.memtableBytesMax = 32 << 10
    configuration.logSegmentBytes = 16 << 10
    configuration.logRetentionBytesMax = 64 << 10
    configuration.blockBytes = 512
    configuration.tableFileBytesMax = 32 << 10
    configuration.recentRowsMax = 64
    // Thousands of crashes are recovered from; each would be reported.
    configuration.logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    return configuration
  }

  static func open(_ fileSystem: any FileSystem) async throws -> EmbeddedStore {
    try await EmbeddedStore.open(at: "/store", configuration: configuration(fileSystem))
  }

  /// A store with a table whose log's thread sleeps.
  static func openAsleep(_ fileSystem: any FileSystem) async throws -> EmbeddedStore {
    let store = try await open(fileSystem)
    try await store.createTable(schema)
    try await store.wait { $0.log == .idle }
    return store
  }

  static func row(_ number: Int) -> Bytes {
    Bytes(utf8: "row \(number)")
  }

  /// Splits or merges a random region of a table; `rows` are what it may be split at.
  ///
  /// Does nothing when the table's policy has changed its regions meanwhile.
  static func reshape(
    _ store: EmbeddedStore, _ table: String, rows: [Bytes], _ random: inout SplitMix64
  ) async throws {
    let regions = try store.catalog.table(table).regions
    let free = rows.filter { row in !regions.contains { $0.rows.start == row } }
    let merges = regions.count > 1 && (free.isEmpty || random.below(6) < regions.count)
    do {
      if merges {
        let first = random.below(regions.count - 1)
        let pair = [regions[first].id, regions[first + 1].id]
        let order = random.chance(0.5) ? pair : pair.reversed()
        _ = try await store.mergeRegions(order[0], order[1])
      } else if !free.isEmpty {
        try await store.split(table: table, at: free[random.below(free.count)])
      }
    } catch {
      guard error.code == .invalidArgument else { throw error }
    }
  }

  /// Waits until nothing is flushed, compacted, split or merged any more.
  static func settle(_ store: EmbeddedStore) async throws {
    while !store.isIdle { try await Task.sleep(for: .milliseconds(1)) }
  }

  static func rows(_ cursor: StoreCursor) async throws -> [RowResult] {
    var cursor = cursor
    var rows: [RowResult] = []
    while let row = try await cursor.next() { rows.append(row) }
    return rows
  }
}
