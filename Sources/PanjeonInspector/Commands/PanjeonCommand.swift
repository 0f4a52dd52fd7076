// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

/// The root of the tool's verbs; ``Inspector`` runs them.
struct PanjeonCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "panjeon",
    abstract: "Looks into Panjeon stores, and shows what they can do.",
    discussion: """
      STORE is the store's directory, or that of any volume of a store with volumes: each knows the others.
      Verbs that look never write and take no lock, and may run while another process has the store open. Verbs that change \
      a store need it for themselves; they ask first, or are given --yes, and with --dry-run say what they would do.
      Bytes that cannot be printed are shown, and may be given, as \\x00, like in HBase's shell; with --hex all bytes are in hexadecimal.
      Exit status: 0 fine, 1 findings (not all is well, or the answer is no), 64 wrong usage, 65 a store or file cannot be read.
      """,
    version: "0.1.0",
    groupedSubcommands: [
      CommandGroup(
        name: "Looking",
        subcommands: [
          InfoCommand.self, TablesCommand.self, RegionsCommand.self, LevelsCommand.self,
          MetricsCommand.self, GetCommand.self, ScanCommand.self, CountCommand.self,
        ]),
      CommandGroup(
        name: "Checking",
        subcommands: [
          VerifyCommand.self, SalvageCommand.self, VolumesCommand.self, PlacementCommand.self,
        ]),
      CommandGroup(
        name: "Changing",
        subcommands: [
          PutCommand.self, DeleteCommand.self, CompactCommand.self, SplitCommand.self,
          MergeCommand.self, NormalizeCommand.self,
        ]),
      CommandGroup(
        name: "Copying",
        subcommands: [
          CheckpointCommand.self, BackupCommand.self, BackupsCommand.self, RestoreCommand.self,
        ]),
      CommandGroup(
        name: "Between",
        subcommands: [
          AuditCommand.self, ExportCommand.self, ImportCommand.self, ExportTranscriptCommand.self,
          ImportTranscriptCommand.self, DemoCommand.self, DemoChildCommand.self,
        ]),
    ])
}
