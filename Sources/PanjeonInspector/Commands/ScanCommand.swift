// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Panjeon
internal import PanjeonStorage
internal import WideColumn

/// The command `panjeon scan STORE TABLE`.
struct ScanCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scan", abstract: "Prints the rows of a table in order, locks included.",
    discussion: "Of a table of a datastore, records are printed with their keys and fields.")

  @Argument(help: "The store's directory.")
  var store: String

  @Argument(help: "The table.")
  var table: String

  @Option(help: "The first row; bytes that cannot be typed as \\xHH.")
  var start: String?

  @Option(help: "The first row that is not printed any more.")
  var stop: String?

  @Option(help: "How many rows to print at the most.")
  var limit: Int?

  @Flag(help: "Print one JSON object a line for each row.")
  var json = false

  @Flag(help: "Print records as bytes.")
  var raw = false

  func validate() throws {
    if let limit, limit < 0 { throw ValidationError("--limit must not be negative") }
    if let start { _ = try StoreCommand.bytes(start, "row") }
    if let stop { _ = try StoreCommand.bytes(stop, "row") }
  }

  func run() async throws {
    let rows = KeyRange(
      from: try start.map { try StoreCommand.bytes($0, "row") } ?? Bytes(),
      to: try stop.map { try StoreCommand.bytes($0, "row") })
    if rows.isEmpty { throw ValidationError("--stop must sort behind --start") }
    try await StoreCommand.read(store) { database in
      let names = try await RecordNames(of: database.store)
      var cursor = try await database.store.scan(Scan(rows, rowsMax: limit), in: table)
      while let row = try await cursor.next() {
        let report = RowReport(row, in: table, raw ? nil : names)
        if json { try Output.print(json: report) } else { Output.print(report.text) }
      }
    }
  }
}
