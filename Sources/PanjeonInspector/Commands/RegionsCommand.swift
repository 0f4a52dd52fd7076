// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Panjeon
internal import PanjeonStorage

/// The command `panjeon regions STORE [TABLE]`.
struct RegionsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "regions",
    abstract: "Shows the regions of a store's tables: bounds, files, sizes, requests, splits.",
    discussion: """
      Of each region also where it comes from and why, and why its table's policy would split it now or would not; \
      then what would make a table's regions more even. Policies that go by the size of a memtable are held against \
      the default one, of 32 MiB. Beside a running process, requests are as of the last flush.
      """)

  @OptionGroup var input: ReadingOptions

  @Argument(help: "Only this table.")
  var table: String?

  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await input.read { database in
      try output.print(
        try await RegionsReport(database.store, table: table, limit: output.limit))
    }
  }
}
