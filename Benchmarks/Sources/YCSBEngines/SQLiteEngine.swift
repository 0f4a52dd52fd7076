// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import GRDB
internal import YCSB

/// SQLite by GRDB, as a Swift program would use it: a pool of readers beside one writer, in WAL mode.
///
/// A record is a row of a table with a column for each field; messages have a table of their own. Every option that
/// is set stands here: WAL, `synchronous` by durability (NORMAL survives the death of the process, FULL of the
/// machine), the cache, a temporary store in memory. SQLite's pages are neither compressed nor filtered.
final class SQLiteEngine: Engine {
  let pool: DatabasePool
  let options: EngineOptions

  init(_ options: EngineOptions) throws {
    guard options.durability != .memory else {
      throw UsageError("durability=memory: SQLite has os and disk")
    }
    self.options = options
    var configuration = Configuration()
    configuration.maximumReaderCount = 16
    // A checkpoint may hold the lock for a moment.
    configuration.busyMode = .timeout(10)
    let synchronous = options.durability == .disk ? "FULL" : "NORMAL"
    // Each connection has a cache of its own: the writer and, on two cores, hardly more than two readers.
    let kibibytes = options.cacheBytes / 3 / 1024
    configuration.prepareDatabase { database in
      try database.execute(sql: "PRAGMA cache_size = -\(kibibytes)")
      try database.execute(sql: "PRAGMA temp_store = MEMORY")
    }
    pool = try DatabasePool(path: options.directory + "/store.sqlite", configuration: configuration)
    // GRDB sets NORMAL when it opens a pool.
    try pool.writeWithoutTransaction { database in
      try database.execute(sql: "PRAGMA synchronous = \(synchronous)")
    }
    let columns = (0..<options.fieldCount).map { "f\($0) BLOB" }.joined(separator: ", ")
    try pool.write { database in
      try database.execute(
        sql: """
          CREATE TABLE IF NOT EXISTS usertable (key BLOB PRIMARY KEY, \(columns)) WITHOUT ROWID;
          CREATE TABLE IF NOT EXISTS message
            (key BLOB, id INTEGER, text BLOB, PRIMARY KEY (key, id)) WITHOUT ROWID
          """)
    }
  }

  var kind: ClientKind { .blocking }

  func makeClient() throws -> any EngineClient {
    SQLiteClient(self)
  }

  func settle() async throws {}

  func figures() async throws -> EngineFigures {
    var figures = EngineFigures()
    figures.storedBytes = FileTree.bytes(options.directory)
    return figures
  }

  func close() async throws {
    try pool.close()
  }
}
