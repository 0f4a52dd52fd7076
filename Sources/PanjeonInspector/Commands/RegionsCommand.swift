// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Panjeon
internal import PanjeonStorage

/// The command `panjeon regions STORE [TABLE]`.
struct RegionsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "regions", abstract: "Shows the regions of a store's tables: bounds, files, sizes."
  )

  @Argument(help: "The store's directory.")
  var store: String

  @Argument(help: "Only this table.")
  var table: String?

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() async throws {
    try await StoreCommand.read(store) { database in
      let report = try RegionsReport(try await database.store.info(), table: table)
      if json { try Output.print(json: report) } else { Output.print(report.text) }
    }
  }
}
