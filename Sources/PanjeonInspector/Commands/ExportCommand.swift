// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Between
internal import Panjeon

/// The command `panjeon export STORE COUPLE`.
struct ExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Prints everything of a couple as JSON Lines.",
    discussion: "Password hashes are among it: what is printed is as secret as the store.")

  @Argument(help: "The store's directory.")
  var store: String

  @Argument(help: "The couple's id, a UUID.")
  var couple: String

  func validate() throws {
    if RandomID(couple) == nil { throw ValidationError("'\(couple)' is no UUID") }
  }

  func run() async throws {
    guard let couple = RandomID(couple) else { return }
    try await BetweenStore.open(store) { between in
      try await CoupleExport(between, of: couple).run { Output.print($0.json) }
    }
  }
}
