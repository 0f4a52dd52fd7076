// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Panjeon
internal import PanjeonStorage
internal import WideColumn

/// The command `panjeon checkpoint STORE NEW`.
struct CheckpointCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "checkpoint",
    abstract: "Makes a store of its own of what one holds now, by hard links where it can.",
    discussion: """
      Costs little, on the same file system. For copies on another disk see `backup`.
      """)

  @OptionGroup var input: WritingOptions

  @Argument(
    help: "The new store's directory, which must be empty or missing.", completion: .directory)
  var new: String

  func run() async throws {
    try await input.change { database in
      let deed = "make a checkpoint at '\(new)'"
      guard try input.isToDo(deed) else { return }
      try await database.store.checkpoint(at: new)
      try input.output.print(DeedReport(deed))
    }
  }
}

/// The command `panjeon backup STORE DIRECTORY`.
struct BackupCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup", abstract: "Adds a backup of a store to a directory of backups.",
    discussion: """
      Only files that no earlier backup there has are copied. `backups` lists them, `restore` makes a store of one.
      """)

  @OptionGroup var input: WritingOptions

  @Argument(help: "The directory of backups; created if it is missing.", completion: .directory)
  var directory: String

  @Option(help: "What to call the backup, for people.")
  var label = ""

  func run() async throws {
    try await input.change { database in
      let deed = "back up '\(input.store)' to '\(directory)'"
      guard try input.isToDo(deed) else { return }
      let done = try await database.store.backUp(to: BackupDirectory(directory), label: label)
      var report = DeedReport(
        deed,
        result:
          "backup \(done.backup.number), \(done.filesCopied) of \(done.backup.fileCount) files copied, \(done.bytesCopied) bytes"
      )
      report.backup = done.backup.number
      try input.output.print(report)
    }
  }
}

/// The command `panjeon backups DIRECTORY`.
struct BackupsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backups", abstract: "Lists the backups in a directory, or reads them through.",
    discussion: """
      Exit status 1 when one is damaged.
      """)

  @Argument(help: "The directory of backups.", completion: .directory)
  var directory: String

  @Flag(help: "Read every block of every backup that is listed.")
  var deep = false

  @OptionGroup var output: OutputOptions

  func run() async throws {
    let place = BackupDirectory(directory)
    let (all, findings) = try await Inspector.opening { () throws(StoreError) in
      let all = try await place.listBackups()
      var findings: [UInt64: [String]] = [:]
      for backup in all.suffix(output.limit ?? .max) where deep && backup.damage == nil {
        findings[backup.number] = try await place.verifyBackup(backup.number).findings
          .map { "\($0)" }
      }
      return (all, findings)
    }
    let report = BackupsReport(all, findings, limit: output.limit)
    try output.print(report)
    if report.hasDamage { throw Inspector.Status.findings }
  }
}

/// The command `panjeon restore DIRECTORY NUMBER NEW`.
struct RestoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore", abstract: "Makes a store of a backup.",
    discussion: """
      Every file is checked as it is copied. The new store begins a life of its own.
      """)

  @Argument(help: "The directory of backups.", completion: .directory)
  var directory: String

  @Argument(help: "The backup's number; `panjeon backups` shows them.")
  var number: UInt64

  @Argument(
    help: "The new store's directory, which must be empty or missing.", completion: .directory)
  var new: String

  @Flag(help: "Say what would be done, and do nothing.")
  var dryRun = false

  @OptionGroup var output: OutputOptions

  func run() async throws {
    let place = BackupDirectory(directory)
    let deed = "restore backup \(number) of '\(directory)' to '\(new)'"
    if dryRun {
      let known = try await Inspector.opening { () throws(StoreError) in
        try await place.listBackups()
      }
      guard known.contains(where: { $0.number == number }) else {
        throw StoreError(.invalidArgument, "there is no backup \(number)", file: directory)
      }
      return try output.print(DeedReport(deed, isDone: false))
    }
    Output.outlivesItsReader = true
    defer { Output.outlivesItsReader = false }
    try await place.restore(number, to: new)
    try output.print(DeedReport(deed))
  }
}
