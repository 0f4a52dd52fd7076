// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Panjeon
internal import PanjeonStorage
internal import WideColumn

/// What the commands that look into a store have in common.
enum StoreCommand {
  /// Opens the store for reading, runs `body`, and turns errors into a message and exit status 1.
  static func read(_ path: String, _ body: (Database) async throws -> Void) async throws {
    Output.ignoreClosedPipe()
    do {
      let database = try await Database.openReadOnly(at: path)
      try await body(database)
      try await database.close()
    } catch let error as StoreError {
      Output.printError("panjeon: \(error)")
      throw ExitCode(1)
    }
  }

  /// Bytes given on the command line, with their escapes undone.
  static func bytes(_ text: String, _ what: String) throws -> Bytes {
    guard let bytes = EscapedBytes.parse(text) else {
      throw ValidationError("\(what) '\(text)' has an escape that is not \\xHH")
    }
    return bytes
  }
}
