// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import PanjeonTesting
internal import WideColumn

/// `panjeon-check verify`: checks a history.
struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Checks a history from any source.",
    discussion:
      "The format, and what is inferred from it, are described in the article Checking histories.")

  @Argument(
    help: ArgumentHelp(
      "The history: one JSON object a line; - for standard input.", valueName: "FILE.jsonl"))
  var file: String

  @Option(help: "What it is held to.")
  var level = ConsistencyLevel.strictSerializable

  @Option(help: "The workload it is of, to check also what that one promises.")
  var workload: WorkloadSelection?

  @Flag(help: "Print one JSON object.")
  var json = false

  @Flag(help: "Exit with 0 also when it cannot be told whether the level holds.")
  var allowUnknown = false

  func validate() throws {
    if let workload, workload.kinds.count > 1 {
      throw ValidationError("--workload: a history is of one workload; name it")
    }
  }

  func run() async throws {
    Output.ignoreClosedPipe()
    let history: History
    do {
      history = try History(jsonLines: try await HistoryFile.read(file))
    } catch let error as HistoryError {
      Output.printError("panjeon-check: \(file): \(error)")
      throw ExitCode.malformed
    } catch let error as StoreError {
      Output.printError("panjeon-check: \(error)")
      throw ExitCode.malformed
    }
    let report = HistoryChecker(HistoryChecker.Options(level: level)).check(history)
    let violations = workload?.kinds.first?.workload(seed: 0).violations(in: history) ?? []
    let verdict = RunVerdict(report, violations: violations)
    Output.print(json ? Self.json(report, violations) : Self.text(report, violations))
    try verdict.exit(allowsUnknown: allowUnknown)
  }

  private static func text(_ report: CheckReport, _ violations: [String]) -> String {
    (violations.map { "violated: \($0)\n" } + [report.text]).joined()
  }

  private static func json(_ report: CheckReport, _ violations: [String]) -> String {
    JSONText.object([
      ("verdict", JSONText.quoted(RunVerdict(report, violations: violations).rawValue)),
      ("violations", JSONText.array(violations.map(JSONText.quoted))), ("report", report.json),
    ])
  }
}
