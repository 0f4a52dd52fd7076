// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Panjeon
internal import PanjeonStorage
internal import WideColumn

/// The command `panjeon get STORE TABLE ROW`.
struct GetCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "get", abstract: "Prints the cells of one row, locks included.",
    discussion: """
      Of a table of a datastore, records are printed with their keys and fields (as CBOR's diagnostic notation has them), and ROW may be the root's id: a text, an \
      integer, a UUID. Exit status 1 when the row is not there. --limit counts cells.
      """)

  @OptionGroup var input: ReadingOptions

  @Argument(help: "The table.")
  var table: String

  @Argument(help: "The row's key; bytes that cannot be typed as \\xHH.")
  var row: String

  @OptionGroup var columns: ColumnOptions
  @OptionGroup var bytes: ByteOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if row.isEmpty { throw ValidationError("a row key has at least one byte") }
    // The id of a root is not in hexadecimal.
    if !bytes.hex { _ = try bytes.bytes(row, "row") }
    _ = try columns.selection(bytes)
  }

  func run() async throws {
    let typed = bytes.style.parse(row).map { [$0] } ?? []
    let selection = try columns.selection(bytes)
    try await input.read { database in
      let names = try await RecordNames(of: database.store)
      let candidates = typed + names.rows(row, in: table)
      if candidates.isEmpty { _ = try bytes.bytes(row, "row") }
      var found: RowResult?
      for row in candidates where found == nil {
        found = try await database.store.get(
          Get(row, columns: selection, versionsMax: columns.versions, cellsMax: output.limit),
          in: table)
      }
      guard let found else {
        Output.printError("panjeon: no such row, or nothing selected of it")
        throw Inspector.Status.findings
      }
      try output.print(RowReport(found, in: table, names, bytes.style))
    }
  }
}
