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

  @Argument(help: "The store's directory.")
  var store: String

  @Argument(help: "Only this table.")
  var table: String?

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() async throws {
    try await StoreCommand.read(store) { database in
      let report = try await RegionsReport(database.store, table: table)
      if json { try Output.print(json: report) } else { Output.print(report.text) }
    }
  }
}
