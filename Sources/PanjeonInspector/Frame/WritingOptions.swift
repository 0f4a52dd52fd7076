// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Panjeon
internal import PanjeonStorage
internal import WideColumn

/// The store that a verb changes, and what is to be asked first.
struct WritingOptions: ParsableArguments {
  @Argument(
    help:
      "The store's directory, or that of one of its volumes; no other process may have it open for writing.",
    completion: .directory)
  var store: String

  @Flag(name: [.customShort("y"), .long], help: "Do not ask.")
  var yes = false

  @Flag(help: "Say what would be done, and do nothing.")
  var dryRun = false

  @OptionGroup var output: OutputOptions

  /// Opens the store for writing (with `--dry-run` for reading), and runs `body`.
  func change(_ body: (Database) async throws -> Void) async throws {
    let database: Database
    if dryRun {
      database = try await Inspector.opening { () throws(StoreError) in
        try await Database.openReadOnly(at: store)
      }
    } else {
      Output.outlivesItsReader = true
      var configuration = StoreConfiguration()
      configuration.createsIfMissing = false
      configuration.splitsRegionsByPolicy = false
      database = try await Inspector.opening { [configuration] () throws(StoreError) in
        try await Database.open(at: store, configuration: configuration)
      }
    }
    defer { Output.outlivesItsReader = false }
    try await ReadingOptions.using(database, body)
  }

  /// Says what would be done, or asks whether it shall be; returns whether it is to be done now.
  ///
  /// - Parameter deed: As in "split region 3 of table 'user' at 'm'".
  /// - Returns: False with `--dry-run`.
  /// - Throws: `ValidationError` when there is nobody to ask; ``Inspector/Status/findings`` when the answer is no.
  func isToDo(_ deed: String) throws -> Bool {
    if dryRun {
      try output.print(DeedReport(deed, isDone: false))
      return false
    }
    if yes { return true }
    let console = Console.current
    console.write("\(deed)? [y/N] ", .error)
    guard let answer = console.answer() else {
      console.write("\n", .error)
      throw ValidationError("there is nobody to ask: give --yes or --dry-run")
    }
    if ["y", "yes"].contains(answer.lowercased()) { return true }
    Output.printError("panjeon: nothing was done")
    throw Inspector.Status.findings
  }
}
