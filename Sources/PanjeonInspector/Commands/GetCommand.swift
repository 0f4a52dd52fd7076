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
      integer, a UUID. Exit status 1 when the row is not there.
      """)

  @Argument(help: "The store's directory.")
  var store: String

  @Argument(help: "The table.")
  var table: String

  @Argument(help: "The row's key; bytes that cannot be typed as \\xHH.")
  var row: String

  @Option(help: "Only this column family.")
  var family: String?

  @Option(help: "Only this qualifier of the family.")
  var qualifier: String?

  @Flag(help: "Print one JSON object.")
  var json = false

  @Flag(help: "Print records as bytes.")
  var raw = false

  func validate() throws {
    if qualifier != nil, family == nil {
      throw ValidationError("--qualifier needs --family")
    }
    if row.isEmpty { throw ValidationError("a row key has at least one byte") }
    _ = try StoreCommand.bytes(row, "row")
    if let qualifier { _ = try StoreCommand.bytes(qualifier, "qualifier") }
  }

  func run() async throws {
    var columns = ColumnSelection()
    if let family {
      if let qualifier {
        columns.add(family: family, qualifier: try StoreCommand.bytes(qualifier, "qualifier"))
      } else {
        columns.add(family: family)
      }
    }
    let bytes = try StoreCommand.bytes(row, "row")
    try await StoreCommand.read(store) { [columns] database in
      let names = try await RecordNames(of: database.store)
      var found: RowResult?
      for row in [bytes] + names.rows(row, in: table) where found == nil {
        found = try await database.store.get(Get(row, columns: columns), in: table)
      }
      guard let found else {
        Output.printError("panjeon: no such row, or nothing selected of it")
        throw ExitCode(1)
      }
      let report = RowReport(found, in: table, raw ? nil : names)
      if json { try Output.print(json: report) } else { Output.print(report.text) }
    }
  }
}
