// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Panjeon
internal import WideColumn

/// The command `panjeon put STORE TABLE ROW COLUMN VALUE`.
struct PutCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "put", abstract: "Writes one cell.",
    discussion: """
      COLUMN is FAMILY:QUALIFIER, as in HBase's shell. A table that takes part in transactions is changed by one. In a table of \
      records the bytes are written as they are given, and no index learns of it.
      """)

  @OptionGroup var input: WritingOptions
  @OptionGroup var place: RowArguments

  @Argument(help: "The column, as FAMILY:QUALIFIER.")
  var column: String

  @Argument(help: "The value; bytes that cannot be typed as \\xHH.")
  var value: String

  @Option(help: "The cell's version, in microseconds since 1970; by default the present.")
  var timestamp: Int64?

  func validate() throws {
    _ = try (place.rowKey(), place.column(column), place.bytes(value, "value"))
  }

  func run() async throws {
    let row = try place.rowKey()
    let column = try place.column(column)
    let value = try place.bytes(value, "value")
    try await input.change { database in
      let handle = try place.handle(in: database.store, having: [column.family])
      let deed =
        "put \(value.count) \(value.count == 1 ? "byte" : "bytes") at '\(place.text(column))' of row '\(place.text(row))' of table '\(place.table)'"
      guard try input.isToDo(deed + (try await place.warning(database))) else { return }
      let version = timestamp.map(Timestamp.init(microseconds:))
      try await place.apply(.put(column, timestamp: version, value: value), handle, database)
      try input.output.print(DeedReport(deed))
    }
  }
}

/// The command `panjeon delete STORE TABLE ROW`.
struct DeleteCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "delete", abstract: "Deletes a row, one of its families or one of its columns.",
    discussion: """
      All versions go. A table that takes part in transactions is changed by one. In a table of records no index learns of it. \
      Exit status 1 when there is nothing to delete.
      """)

  @OptionGroup var input: WritingOptions
  @OptionGroup var place: RowArguments

  @Option(help: "Only this column, as FAMILY:QUALIFIER.")
  var column: String?

  @Option(help: "Only this column family.")
  var family: String?

  func validate() throws {
    if column != nil, family != nil { throw ValidationError("give --column or --family") }
    _ = try place.rowKey()
    _ = try column.map(place.column)
  }

  func run() async throws {
    let row = try place.rowKey()
    let column = try column.map(place.column)
    var selection = ColumnSelection()
    let mutation: Mutation
    let what: String
    if let column {
      selection.add(family: column.family, qualifier: column.qualifier)
      (mutation, what) = (.deleteColumn(column, upTo: nil), "column '\(place.text(column))' of ")
    } else if let family {
      selection.add(family: family)
      (mutation, what) = (.deleteFamily(family, upTo: nil), "family '\(family)' of ")
    } else {
      (mutation, what) = (.deleteRow(upTo: nil), "")
    }
    try await input.change { [selection] database in
      let families = [column?.family, family].compactMap(\.self)
      let handle = try place.handle(in: database.store, having: families)
      let found = try await database.store.get(Get(row, columns: selection), in: place.table)
      let count = (found.map(Array.init) ?? []).count {
        $0.column.family != ColumnFamily.lockFamilyName
      }
      guard count > 0 else {
        Output.printError("panjeon: no such row, or nothing selected of it")
        throw Inspector.Status.findings
      }
      let deed =
        "delete \(what)row '\(place.text(row))' of table '\(place.table)' (columns: \(count))"
      guard try input.isToDo(deed + (try await place.warning(database))) else { return }
      try await place.apply(mutation, handle, database)
      try input.output.print(DeedReport(deed))
    }
  }
}
