// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Between
internal import Panjeon
internal import PanjeonStorage

/// What the commands about stores of Between have in common.
enum BetweenStore {
  /// Opens a store of Between, runs `body`, and turns errors into a message and exit status 1.
  static func open(
    _ path: String, createsIfMissing: Bool = false,
    _ body: (EmbeddedBetween) async throws -> Void
  ) async throws {
    Output.ignoreClosedPipe()
    var configuration = StoreConfiguration()
    configuration.createsIfMissing = createsIfMissing
    do {
      try await withDatabase(at: path, configuration: configuration) { database in
        try await body(try await database.openBetween(passwords: LockedOut()))
      }
    } catch let exit as ExitCode {
      throw exit
    } catch {
      Output.printError("panjeon: \(error)")
      throw ExitCode(1)
    }
  }
}
