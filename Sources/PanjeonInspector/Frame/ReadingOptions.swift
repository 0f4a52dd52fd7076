// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Panjeon
internal import PanjeonStorage
internal import WideColumn

/// The store that a verb reads.
struct ReadingOptions: ParsableArguments {
  @Argument(help: "The store's directory, or that of one of its volumes.", completion: .directory)
  var store: String

  @Flag(help: "Of a damaged store, read what is left, and say what may be missing.")
  var damaged = false

  /// Opens the store for reading, beside whoever writes it, and runs `body`.
  ///
  /// Throws what `body` throws, errors of the store, and ``Inspector/Status/findings`` when something of a damaged one was left out.
  func read(_ body: (Database) async throws -> Void) async throws {
    if damaged { return try await readDamaged(body) }
    let database = try await Inspector.opening { () throws(StoreError) in
      try await Database.openReadOnly(at: store)
    }
    try await Self.using(database) { database in
      do {
        try await body(database)
      } catch let error as StoreError where error.code == .corruption {
        // Damage may be met only when it is read.
        try await Inspector.opening { () throws(StoreError) in throw error }
      }
    }
  }

  private func readDamaged(_ body: (Database) async throws -> Void) async throws {
    let salvaged = try await Inspector.opening { () throws(StoreError) in
      try await EmbeddedStore.salvage(at: store)
    }
    let report = salvaged.report
    for finding in report.findings where finding.isDamage {
      Output.printError("panjeon: \(finding)")
    }
    if report.findingsDropped > 0 {
      Output.printError("panjeon: ... and \(report.findingsDropped) more findings")
    }
    try await Self.using(Database(reading: salvaged.store), body)
    if !report.isSound { throw Inspector.Status.findings }
  }

  /// Runs `body`, and closes the database, whatever becomes of it.
  static func using(
    _ database: Database, _ body: (Database) async throws -> Void
  ) async throws {
    do {
      try await body(database)
    } catch {
      try await database.close()
      throw error
    }
    try await database.close()
  }
}
