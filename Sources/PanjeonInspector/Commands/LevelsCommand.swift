// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Panjeon
internal import PanjeonStorage
internal import WideColumn

/// The command `panjeon levels STORE [TABLE]`.
struct LevelsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "levels",
    abstract: "Shows the log-structured merge trees: memtables, tiered runs, the leveled bottom.",
    discussion: """
      Of each locality group of each region: its runs, newest first. A Get looks into each of them whose Bloom filter does not deny the row, \
      a Scan into all. Deletes in upper runs hide what is below, and go when they reach the bottom. --limit counts SSTables of each level.
      """)

  @OptionGroup var input: ReadingOptions

  @Argument(help: "Only this table.")
  var table: String?

  @Flag(help: "List the SSTables of each run.")
  var files = false

  @OptionGroup var bytes: ByteOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await input.read { database in
      let catalog = database.store.catalog
      let handles =
        try table.map { name throws(StoreError) in [try catalog.table(name)] } ?? catalog.all
      try output.print(
        LevelsReport(handles, bytes.style, withFiles: files || output.json, limit: output.limit))
    }
  }
}
