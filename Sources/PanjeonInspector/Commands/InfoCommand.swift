// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Panjeon
internal import PanjeonStorage

/// The command `panjeon info STORE`.
struct InfoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info", abstract: "Shows what a store consists of.")

  @Argument(help: "The store's directory.")
  var store: String

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() async throws {
    try await StoreCommand.read(store) { database in
      let report = InfoReport(
        try await database.store.info(), try await EmbeddedStore.surveyVolumes(at: store))
      if json { try Output.print(json: report) } else { Output.print(report.text) }
    }
  }
}
