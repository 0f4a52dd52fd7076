// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Panjeon
internal import PanjeonStorage
internal import WideColumn

/// The command `panjeon count STORE TABLE`.
struct CountCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "count",
    abstract: "Counts a table's visible rows and cells, and their bytes.",
    discussion: """
      Reads them all, locks included; `tables` tells at once how many cells the files have, deletes and hidden versions included. \
      --limit ends the count after so many rows.
      """)

  @OptionGroup var input: ReadingOptions

  @Argument(help: "The table.")
  var table: String

  @OptionGroup var selection: ScanOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let scan = try selection.scan(rowsMax: output.limit)
    try await input.read { database in
      var report = CountReport(table: table)
      var progress = Progress("table '\(table)'", unit: "rows")
      var cursor = try await database.store.scan(scan, in: table)
      while let row = try await cursor.next() {
        if report.add(row) { progress.advance() }
      }
      _ = consume progress
      try output.print(report)
    }
  }
}
