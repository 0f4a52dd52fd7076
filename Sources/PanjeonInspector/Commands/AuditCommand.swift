// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Between

/// The command `panjeon audit STORE`.
struct AuditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "Checks Between's invariants in a store.",
    discussion: """
      Writes nothing, and may run beside a process that has the store open.
      Exit status: 0 all hold, 1 some do not (they are listed), 65 the store cannot be read, or is none of Between's.
      """)

  @Argument(help: "The store's directory.")
  var store: String

  @Option(
    help:
      "The directory of the store's photos and voices, to look whether they are there; nobody else may have it open."
  )
  var blobs: String?

  func run() async throws {
    try await BetweenStore.read(store, blobs: blobs) { between in
      let report = try await BetweenAudit(between).run()
      for violation in report.violations { Output.print(violation.description) }
      Output.print(
        "\(report.accounts) accounts, \(report.users) users, \(report.couples) couples, "
          + "\(report.messages) messages, \(report.blobs) photos and voices looked for: "
          + "\(report.violationCount) violations")
      if !report.isSound { throw Inspector.Status.findings }
    }
  }
}
