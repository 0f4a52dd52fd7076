// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import Panjeon

/// A store in a directory of its own, with 10,000 rows of ten cells of 100 bytes.
final class Fixture: Sendable {
  struct Configuration: Sendable {
    var hasRowCache = false
    /// Whether the table takes part in transactions.
    var isTransactional = false
    /// Whether the rows are in SSTables instead of memtables.
    var isFlushed = true
    /// What the rows survive, as they are put.
    var durability = Durability.memory
  }

  static let table = "rows"
  static let family = "f"
  static let rowCount = 10_000
  static let cellCount = 10

  let database: Database
  private let directory: URL
  var store: EmbeddedStore { database.store }

  /// The keys of the rows, in an order that jumps about.
  let keys: [Bytes]
  static let qualifiers = (0..<cellCount).map { Bytes(utf8: "field\($0)") }
  static let value = Bytes([UInt8](repeating: 7, count: 100))

  private init(_ database: Database, in directory: URL) {
    self.database = database
    self.directory = directory
    keys = (0..<Self.rowCount).map { Self.key($0 &* 7919 % Self.rowCount) }
  }

  static func key(_ number: Int) -> Bytes {
    let digits = String(number)
    return Bytes(utf8: "user" + String(repeating: "0", count: 20 - digits.count) + digits)
  }

  static func with<R: Sendable>(
    _ configuration: Configuration, _ body: (Fixture) async throws -> R
  ) async throws -> R {
    let directory = FileManager.default.temporaryDirectory
      .appending(path: "micro-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    var options = StoreConfiguration()
    options.memoryBudgetBytes = 512 << 20
    options.rowCacheBytesMax = configuration.hasRowCache ? 64 << 20 : 0
    let path = directory.appending(path: storeName).path
    return try await withDatabase(at: path, configuration: options) { database in
      let fixture = Fixture(database, in: directory)
      try await fixture.fill(configuration)
      return try await body(fixture)
    }
  }

  private func fill(_ configuration: Configuration) async throws {
    let schema = TableSchema(
      name: Self.table, families: [ColumnFamily(Self.family)],
      localityGroups: [LocalityGroup("default", compression: .lz4)])
    if configuration.isTransactional {
      try await database.createTable(schema)
      for key in keys {
        try await database.withTransaction { try $0.put(row(key), in: Self.table) }
      }
    } else {
      try await store.createTable(schema)
      for key in keys {
        try await store.put(row(key), in: Self.table, durability: configuration.durability)
      }
    }
    if configuration.isFlushed { try await store.compact(table: Self.table) }
    try await settle()
  }

  private static let storeName = "store"

  /// Copies the store's files as a crash would leave them now; returns where they are.
  func crash() throws -> String {
    let image = directory.appending(path: "crashed")
    try FileManager.default.copyItem(at: directory.appending(path: Self.storeName), to: image)
    return image.path
  }

  /// Waits until nothing is left to do in the background.
  func settle() async throws {
    while !store.isIdle { try await Task.sleep(for: .milliseconds(2)) }
  }

  func row(_ key: Bytes) -> Put {
    var put = Put(key)
    for qualifier in Self.qualifiers {
      put.add(family: Self.family, qualifier: qualifier, value: Self.value)
    }
    return put
  }

  func cell(_ key: Bytes) -> Put {
    var put = Put(key)
    put.add(family: Self.family, qualifier: Self.qualifiers[3], value: Self.value)
    return put
  }

  func key(_ index: Int) -> Bytes { keys[index % Self.rowCount] }
}

/// That a benchmark did not find what it was to find.
struct Surprise: Error {}
