// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Panjeon
internal import PanjeonStorage
internal import WideColumn

/// The command `panjeon scan STORE TABLE`.
struct ScanCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scan", abstract: "Prints the rows of a table in order, locks included.",
    discussion: """
      Of a table of a datastore, records are printed with their keys and fields. With --json one object a row, or several of a row \
      of more than 10,000 cells. --limit counts rows.
      """)

  @OptionGroup var input: ReadingOptions

  @Argument(help: "The table.")
  var table: String

  @OptionGroup var selection: ScanOptions
  @OptionGroup var output: OutputOptions

  @Flag(help: "Print keys only, without values.")
  var keysOnly = false

  func run() async throws {
    let scan = try selection.scan(rowsMax: output.limit)
    try await input.read { database in
      let names = try await RecordNames(of: database.store)
      var cursor = try await database.store.scan(scan, in: table)
      while let row = try await cursor.next() {
        try output.print(
          RowReport(row, in: table, names, selection.bytes.style, withValues: !keysOnly))
      }
    }
  }
}
