// SPDX-License-Identifier: Apache-2.0

internal import Between
internal import Panjeon
internal import PanjeonStorage

/// What the commands about stores of Between have in common.
enum BetweenStore {
  /// Opens a store of Between for reading, beside whoever writes it, and runs `body`.
  static func read(
    _ path: String, blobs: String? = nil, _ body: (EmbeddedBetween) async throws -> Void
  ) async throws {
    try await withBlobs(at: blobs, createsIfMissing: false) { blobs in
      let database = try await Inspector.opening { () throws(StoreError) in
        try await Database.openReadOnly(at: path)
      }
      do {
        // Tables are not created here.
        try await Inspector.opening { () throws(StoreError) in
          try await requireTables(of: database)
        }
        try await body(
          try await database.openBetween(passwords: LockedOut(), blobs: blobs, buildsIndexes: false)
        )
      } catch {
        try await database.close()
        throw error
      }
      try await database.close()
    }
  }

  /// Opens a store of Between for writing, and runs `body`.
  static func write(
    _ path: String, blobs: String? = nil, createsIfMissing: Bool,
    _ body: (EmbeddedBetween) async throws -> Void
  ) async throws {
    var configuration = StoreConfiguration()
    configuration.createsIfMissing = createsIfMissing
    try await withBlobs(at: blobs) { blobs in
      try await withDatabase(at: path, configuration: configuration) { database in
        if !createsIfMissing {
          try await Inspector.opening { () throws(StoreError) in
            try await requireTables(of: database)
          }
        }
        try await body(
          try await database.openBetween(passwords: LockedOut(), blobs: blobs))
      }
    }
  }

  /// Opens a directory of large values, if one is given, and runs `body`.
  ///
  /// Throws `misconfigured` where there is none and none is to be made.
  static func withBlobs(
    at path: String?, createsIfMissing: Bool = true,
    _ body: ((any BlobStore)?) async throws -> Void
  ) async throws {
    guard let path else { return try await body(nil) }
    if !createsIfMissing, try !PosixFileSystem().exists(path + "/FORMAT") {
      throw BlobError(.misconfigured, "\(path) is no directory of photos and voices")
    }
    let blobs = try await DirectoryBlobStore.open(at: path)
    do {
      try await body(blobs)
    } catch {
      await blobs.close()
      throw error
    }
    await blobs.close()
  }

  /// Throws `noSuchTable` for a store that is none of Between's.
  private static func requireTables(of database: Database) async throws(StoreError) {
    let there = Set(try await database.tables().map(\.name))
    let missing = BetweenSchema.datastore.tables.map(\.name).filter { !there.contains($0) }
    guard missing.isEmpty else {
      throw StoreError(
        .noSuchTable,
        "it is no store of Between, or of another version: there is no table "
          + missing.joined(separator: ", "))
    }
  }

  /// Goes through a file line by line; errors of Between tell the line.
  static func forEachLine(
    of path: String, _ body: (String) async throws -> Void
  ) async throws {
    var lines = LineReader(try PosixFileSystem().open(path, .read))
    defer { lines.close() }
    var number = 0
    while let line = try lines.next() {
      number += 1
      do {
        try await body(line)
      } catch let error as BetweenError {
        throw BetweenError(error.code, "\(path), line \(number): \(error.message)")
      }
    }
  }
}
