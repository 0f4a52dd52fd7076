// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Panjeon
internal import PanjeonStorage
internal import WideColumn

/// What the commands that look into a store have in common.
enum StoreCommand {
  /// Opens the store for reading, runs `body`, and turns errors into a message and exit status 1.
  static func read(_ path: String, _ body: (Database) async throws -> Void) async throws {
    Output.ignoreClosedPipe()
    do {
      let database = try await Database.openReadOnly(at: path)
      try await body(database)
      try await database.close()
    } catch let error as StoreError {
      Output.printError("panjeon: \(error)")
      throw ExitCode(1)
    }
  }

  /// Opens the store for writing (with `isDryRun` for reading), runs `body`, and turns errors into a message and exit
  /// status 1.
  static func change(
    _ path: String, isDryRun: Bool, _ body: (Database) async throws -> Void
  ) async throws {
    if isDryRun { return try await read(path, body) }
    Output.ignoreClosedPipe()
    do {
      var configuration = StoreConfiguration()
      configuration.createsIfMissing = false
      configuration.splitsRegionsByPolicy = false
      let database = try await Database.open(at: path, configuration: configuration)
      do {
        try await body(database)
      } catch {
        try await database.close()
        throw error
      }
      try await database.close()
    } catch let error as StoreError {
      Output.printError("panjeon: \(error)")
      throw ExitCode(1)
    }
  }

  /// The region of a table that is meant: by number, or by a row that it holds.
  static func region(
    in store: EmbeddedStore, table: String, id: UInt64?, row: Bytes?
  ) throws(StoreError) -> UInt64 {
    let handle = try store.catalog.table(table)
    guard let id else { return handle.region(of: row ?? Bytes()).id }
    guard handle.regions.contains(where: { $0.id == id }) else {
      let known = handle.regions.map { String($0.id) }.joined(separator: ", ")
      throw StoreError(
        .invalidArgument, "table '\(table)' has no region \(id); it has: \(known)")
    }
    return id
  }

  /// Bytes given on the command line, with their escapes undone.
  static func bytes(_ text: String, _ what: String) throws -> Bytes {
    guard let bytes = EscapedBytes.parse(text) else {
      throw ValidationError("\(what) '\(text)' has an escape that is not \\xHH")
    }
    return bytes
  }
}
