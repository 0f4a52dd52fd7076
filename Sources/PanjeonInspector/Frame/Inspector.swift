// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

/// Runs the tool's verbs.
public enum Inspector {
  /// Runs one verb.
  ///
  /// - Parameters:
  ///   - arguments: The command line without the tool's name: `["info", "/data/store", "--json"]`.
  ///   - console: What it prints to and is answered from.
  /// - Returns: How it ended. Errors have been printed.
  public static func run(
    _ arguments: [String], console: Console = .standard
  ) async -> Status {
    await Console.$current.withValue(console) {
      var type: any ParsableCommand.Type = PanjeonCommand.self
      do {
        let command = try PanjeonCommand.parseAsRoot(arguments)
        type = Swift.type(of: command)
        try await run(command)
        return .fine
      } catch {
        return report(error, of: type)
      }
    }
  }

  private static func run(_ command: sending any ParsableCommand) async throws {
    var command = command
    if var asynchronous = command as? any AsyncParsableCommand {
      return try await asynchronous.run()
    }
    try command.run()
  }

  /// Prints an error, if it has not been told, and says how the verb ended.
  private static func report(
    _ error: any Error, of type: any ParsableCommand.Type
  ) -> Status {
    if let error = error as? ValidationError {
      Output.printError("panjeon: \(error.message)")
      return .usage
    }
    guard let status = Status(of: error) else { return tell(error, as: type) }
    if !(error is Status) { Output.printError("panjeon: \(error)") }
    return status
  }

  /// Prints what the argument parser makes of an error; help, the version and a completion script are none.
  private static func tell(
    _ error: any Error, as type: any ParsableCommand.Type
  ) -> Status {
    let code = type.exitCode(for: error)
    let message = type.fullMessage(for: error, columns: Console.current.columns)
    if !message.isEmpty {
      if code.isSuccess { Output.print(message) } else { Output.printError(message) }
    }
    return Status(rawValue: code.rawValue) ?? .usage
  }
}
