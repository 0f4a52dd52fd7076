// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Panjeon
internal import PanjeonStorage

/// The command `panjeon info STORE`.
struct InfoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info", abstract: "Shows what a store consists of.",
    discussion: "--limit counts tables.")

  @OptionGroup var input: ReadingOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await input.read { database in
      try output.print(
        InfoReport(
          try await database.store.info(), try await EmbeddedStore.surveyVolumes(at: input.store),
          limit: output.limit))
    }
  }
}
