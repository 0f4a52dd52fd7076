// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Panjeon
internal import PanjeonStorage

/// The command `panjeon tables STORE`.
struct TablesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tables",
    abstract: "Shows a store's tables: families, locality groups, policies, sizes.",
    discussion: """
      A table with the family !lock! takes part in transactions; one of a datastore has records, below roots of the type that is named. \
      Cells are those of SSTables, deletes and hidden versions included, and of memtables; `count` counts what is visible. --limit counts tables.
      """)

  @OptionGroup var input: ReadingOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await input.read { database in
      let names = try await RecordNames(of: database.store)
      try output.print(
        TablesReport(try await database.store.info().tables, names, limit: output.limit))
    }
  }
}
