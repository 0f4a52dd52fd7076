// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser

/// The root of the suite's commands.
public struct CheckCommand: AsyncParsableCommand {
  /// How the command is called and what it has below it.
  public static let configuration = CommandConfiguration(
    commandName: "panjeon-check",
    abstract: "Runs transactions, with faults, and says whether they were strictly serializable.",
    discussion: """
      run runs workloads on a store and checks their histories; lives has couples live in Between's service, and audits it; placement kills volumes of replicated stores; verify checks a history from any source: one JSON object a line, \
      {"process": 0, "type": "invoke"|"ok"|"fail"|"info", "time": nanoseconds, "value": [["append", key, value], \
      ["r", key, [values] | null], ["w", key, value], ["insert", range, id], ["scan", range, [ids] | null]]}.
      Exit status: 0 it holds, 1 it is violated, 2 it cannot be told or too little was tested, 64 wrong usage, 65 no history, \
      74 a file or the run itself failed.
      """,
    version: "0.1.0",
    subcommands: [
      RunCommand.self, LivesCommand.self, PlacementCommand.self, VerifyCommand.self,
      ZonesCommand.self, ChildCommand.self,
      ServerCommand.self,
      ClientsCommand.self,
    ])

  /// Creates the command, for ArgumentParser.
  public init() {}
}

extension ExitCode {
  /// An anomaly was found.
  static let violated = ExitCode(1)
  /// Nothing was found, and something could not be checked, or too little was tested.
  static let unknown = ExitCode(2)
  /// What was to be read is no history (`EX_DATAERR`).
  static let malformed = ExitCode(65)
  /// A file failed, or the run itself (`EX_IOERR`).
  static let failed = ExitCode(74)
}
