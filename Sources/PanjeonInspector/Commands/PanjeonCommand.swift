// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser

/// The root of the tool's commands.
public struct PanjeonCommand: AsyncParsableCommand {
  /// How the command is called and what it has below it.
  public static let configuration = CommandConfiguration(
    commandName: "panjeon",
    abstract: "Looks into Panjeon stores, and shows what they can do.",
    discussion: """
      info, regions, get, scan, verify, volumes and placement never write, and may run while another process has the store open;
      so may split, merge and normalize with --dry-run. salvage reads a damaged store and writes another one.
      STORE is the store's directory, or that of any volume of a store with volumes: each knows the others.
      audit, export, import and the commands about transcripts are about stores of Between; audit and both exports never write.
      Bytes that cannot be printed are shown, and may be given, as \\x00, like in HBase's shell.
      Exit status: 0 done, 1 a check failed or the store cannot be read (verify, salvage, volumes and placement: 1 something
      was found, 65 the store cannot be read), 64 wrong usage.
      """,
    version: "0.1.0",
    subcommands: [
      DemoCommand.self, InfoCommand.self, RegionsCommand.self, SplitCommand.self,
      MergeCommand.self, NormalizeCommand.self, GetCommand.self, ScanCommand.self,
      VerifyCommand.self, SalvageCommand.self, VolumesCommand.self, PlacementCommand.self,
      AuditCommand.self, ExportCommand.self,
      ImportCommand.self, ExportTranscriptCommand.self, ImportTranscriptCommand.self,
      DemoChildCommand.self,
    ])

  /// Creates the command, for ArgumentParser.
  public init() {}
}
