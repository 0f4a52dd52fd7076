// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Panjeon
internal import PanjeonStorage
internal import WideColumn

/// The row that a verb changes.
struct RowArguments: ParsableArguments {
  @Argument(help: "The table.")
  var table: String

  @Argument(help: "The row's key; bytes that cannot be typed as \\xHH.")
  var row: String

  @Flag(help: "Keys and values are in hexadecimal.")
  var hex = false

  private var style: ByteStyle { hex ? .hex : .escaped }

  /// Bytes given on the command line.
  func bytes(_ text: String, _ what: String) throws -> Bytes {
    guard let bytes = style.parse(text) else {
      throw ValidationError(
        hex
          ? "\(what) '\(text)' is not hexadecimal"
          : "\(what) '\(text)' has an escape that is not \\xHH")
    }
    return bytes
  }

  func rowKey() throws -> Bytes {
    if row.isEmpty { throw ValidationError("a row key has at least one byte") }
    return try bytes(row, "row")
  }

  /// A column as HBase's shell has it: the family, a colon, the qualifier, which may be empty.
  func column(_ text: String) throws -> Column {
    guard let colon = text.firstIndex(of: ":"), colon != text.startIndex else {
      throw ValidationError("column '\(text)' is not FAMILY:QUALIFIER")
    }
    let qualifier = String(text[text.index(after: colon)...])
    return Column(
      family: String(text[..<colon]), qualifier: try bytes(qualifier, "qualifier"))
  }

  /// Bytes as they are told to people.
  func text(_ bytes: Bytes) -> String { style.text(bytes) }

  func text(_ column: Column) -> String { "\(column.family):\(text(column.qualifier))" }

  /// The table, if it has these families.
  ///
  /// Throws `noSuchTable`, `noSuchFamily`.
  func handle(
    in store: EmbeddedStore, having families: [String]
  ) throws(StoreError) -> TableHandle {
    let handle = try store.catalog.table(table)
    for family in families where handle.schema.family(named: family) == nil {
      let known = handle.schema.families.map(\.name).joined(separator: ", ")
      throw StoreError(
        .noSuchFamily, "table '\(table)' has no family '\(family)'; it has: \(known)")
    }
    return handle
  }

  /// What a person should know before a table's cells are changed by hand.
  func warning(_ database: Database) async throws -> String {
    let names = try await RecordNames(of: database.store)
    return names.isOfRecords(table)
      ? ", which holds records: indexes and observers do not learn of it" : ""
  }

  /// Changes the row, by a transaction where the table takes part in them; on disk when it returns.
  func apply(
    _ mutation: Mutation, _ handle: TableHandle, _ database: Database
  ) async throws {
    let change = RowMutations(try rowKey(), [mutation])
    if handle.isTransactional {
      try await database.withTransaction { transaction in
        try transaction.mutate(change, in: table)
      }
    } else {
      try await database.store.mutate(change, in: table, durability: .disk)
    }
  }
}
