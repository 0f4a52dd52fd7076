// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Panjeon
internal import PanjeonStorage
internal import WideColumn

/// The command `panjeon compact STORE TABLE`.
struct CompactCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compact",
    abstract: "Rewrites a table, without what has been deleted or has expired.",
    discussion: """
      All that the table holds of some rows is written anew to the bottom level, compressed as the schema says now. Nobody needs to: \
      files are compacted when it is worth it.
      """)

  @OptionGroup var input: WritingOptions

  @Argument(help: "The table.")
  var table: String

  @OptionGroup var range: RangeOptions
  @Flag(help: "Rows are in hexadecimal.")
  var hex = false

  func validate() throws { _ = try rows() }

  private func rows() throws -> KeyRange {
    var bytes = ByteOptions()
    bytes.hex = hex
    bytes.raw = true
    return try range.rows(bytes)
  }

  func run() async throws {
    let rows = try rows()
    try await input.change { database in
      _ = try database.store.catalog.table(table)
      let part = rows == .all ? "" : "a part of "
      let deed = "compact \(part)table '\(table)'"
      guard try input.isToDo(deed) else { return }
      let before = try await size(in: database.store)
      try await database.store.compact(table: table, rows: rows)
      let after = try await size(in: database.store)
      try input.output.print(
        DeedReport(
          deed,
          result:
            "\(before.files) files of \(before.bytes) bytes became \(after.files) of \(after.bytes)"
        ))
    }
  }

  private func size(in store: EmbeddedStore) async throws -> (files: Int, bytes: UInt64) {
    let tables = try await store.info().tables.filter { $0.schema.name == table }
    let groups = tables.flatMap(\.regions).flatMap(\.groups)
    return (
      groups.reduce(0) { $0 + $1.upperFiles + $1.bottomFiles },
      groups.reduce(0) { $0 + $1.fileBytes }
    )
  }
}
