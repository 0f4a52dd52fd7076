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

  @OptionGroup var range: RangeOptions
  @OptionGroup var columns: ColumnOptions
  @OptionGroup var bytes: ByteOptions
  @OptionGroup var output: OutputOptions

  @Flag(help: "Print keys only, without values.")
  var keysOnly = false

  /// How many cells of a row are held at once.
  private static let cellsPerReport = 10_000

  func validate() throws {
    _ = try range.rows(bytes)
    _ = try columns.selection(bytes)
  }

  func run() async throws {
    let scan = Scan(
      try range.rows(bytes), columns: try columns.selection(bytes), versionsMax: columns.versions,
      rowsMax: output.limit, cellsPerBatchMax: Self.cellsPerReport)
    try await input.read { database in
      let names = try await RecordNames(of: database.store)
      var cursor = try await database.store.scan(scan, in: table)
      while let row = try await cursor.next() {
        try output.print(
          RowReport(row, in: table, names, bytes.style, withValues: !keysOnly))
      }
    }
  }
}
