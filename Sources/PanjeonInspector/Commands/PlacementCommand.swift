// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import PanjeonStorage
internal import WideColumn

/// The command `panjeon placement STORE`.
struct PlacementCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "placement", abstract: "Shows which volumes have which files of a store, and why.",
    discussion: """
      Of each file: its length, the volumes that have it, and what it lacks by the policy. A length stands for a copy of
      another length: of the log one that follows, else one that is not whole. A copy in parentheses is on a volume that does not count.
      Writes nothing, takes no lock, and may run beside a process that has the store open, and while volumes are missing.
      --limit counts files; those that lack something come first.
      Exit status: 0 all is as the policy asks for, 1 something is not (it is listed), 64 there is no such file, 65 the volumes
      cannot be looked at, or the store has none.
      """)

  @Argument(help: "The directory of any of the store's volumes that is there.")
  var store: String

  @Option(help: "Say of one file why each volume was chosen for it, or was not.")
  var explain: String?

  @OptionGroup var output: OutputOptions

  func validate() throws {
    if explain != nil, output.limit != nil {
      throw ValidationError("--explain is about one file: leave out --limit")
    }
  }

  func run() async throws {
    let survey = try await VolumesCommand.survey(store)
    if let explain { return try print(explain, of: survey) }
    let report = PlacementReport(survey, limit: output.limit)
    try output.print(report)
    if !report.findings.isEmpty { throw Inspector.Status.findings }
  }

  private func print(_ file: String, of survey: ReplicationSurvey) throws {
    // A path on a volume will do.
    let name = file.split(separator: "/").last.map(String.init) ?? file
    let report = try ExplanationReport(survey, file: name)
    try output.print(report)
    if report.file.degraded { throw Inspector.Status.findings }
  }
}
