// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import PanjeonStorage
internal import WideColumn

/// The command `panjeon volumes STORE`.
struct VolumesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "volumes",
    abstract: "Shows the volumes of a store with copies, and how they stand.",
    discussion: """
      Writes nothing, takes no lock, and may run beside a process that has the store open, and while volumes are missing.
      A volume counts, is draining (to be emptied), not synced (its machine has started anew), stale (the store was opened
      without it), empty, missing, or has failed.
      Exit status: 0 all is as the policy asks for, 1 something is not (it is listed), 65 the volumes cannot be looked at, or the store has none.
      """)

  @Argument(help: "The directory of any of the store's volumes that is there.")
  var store: String

  @OptionGroup var output: OutputOptions

  func run() async throws {
    let report = VolumesReport(try await VolumesCommand.survey(store))
    try output.print(report)
    if !report.findings.isEmpty { throw Inspector.Status.findings }
  }

  /// Looks at a store's volumes; throws ``Inspector/Status/unreadable`` for a store without.
  static func survey(_ path: String) async throws -> ReplicationSurvey {
    let survey = try await Inspector.opening { () throws(StoreError) in
      try await EmbeddedStore.surveyVolumes(at: path)
    }
    if let survey { return survey }
    Output.printError(
      "panjeon: the store '\(path)' has no volumes: there is one copy, in its directory")
    throw Inspector.Status.unreadable
  }
}
