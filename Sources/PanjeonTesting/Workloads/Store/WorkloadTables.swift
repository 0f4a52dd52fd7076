// SPDX-License-Identifier: Apache-2.0

internal import PanjeonTransactions
public import WideColumn

/// The tables of a workload: where its keys and ranges lie.
///
/// Keys are spread over two tables and, by the first byte of their rows, over four parts of each, so that most
/// transactions cross tables, and regions where there are some. Integers begin with `i` and strings with `s`, in decimal and UTF-8.
///
///     list       row = part "/key/" key             column data:list   = elements of 8 bytes, big-endian
///     register   row = part "/key/" key             column data:value  = scalar
///     range      row = part "/range/" key "/" id    column data:id     = empty        (rows)
///                row = part "/set/" key             column data:<id>   = empty        (columns)
///                row = part "/counter/" key         column data:sum    = 8 bytes      (counter)
public enum WorkloadTables {
  /// The family of all data.
  static let family = "data"

  static let names = ["check-0", "check-1"]

  static let parts = ["0", "1", "2", "3"]

  /// The shapes of the tables, ready for transactions.
  public static var schemas: [TableSchema] {
    names.map { TableSchema(name: $0, families: [ColumnFamily(family), .lock]) }
  }

  /// Where the tables may be cut into regions so that each part is one.
  public static var splitPoints: [RowKey] { parts.dropFirst().map { Bytes(utf8: $0) } }

  /// Creates those of the tables that are not there.
  ///
  /// - Parameter store: Where.
  /// - Throws: Errors of the store.
  public static func create<Store: TableAdministration>(in store: Store) async throws(StoreError) {
    for schema in schemas {
      do throws(StoreError) {
        try await store.createTable(schema)
      } catch {
        if error.code != .tableExists { throw error }
      }
    }
  }

  /// The row of a key.
  static func row(_ sort: String, of key: Scalar) -> TransactionRow {
    let number = hash(key)
    return TransactionRow(
      table: names[number % names.count],
      row: Bytes(utf8: "\(parts[number / names.count % parts.count])/\(sort)/\(encode(key))"))
  }

  /// The row of an id, and the prefix of the rows of its range.
  static func rangeRow(of range: Scalar, id: Scalar? = nil) -> TransactionRow {
    let name = row("range", of: range)
    let prefix = (name.row.utf8String ?? "") + "/"
    return TransactionRow(
      table: name.table, row: Bytes(utf8: id.map { prefix + encode($0) } ?? prefix))
  }

  /// The same in every process.
  private static func hash(_ key: Scalar) -> Int {
    switch key {
    case .int(let value): Int(value.magnitude)
    case .string(let text): text.utf8.reduce(7) { ($0 &* 31 &+ Int($1)) & Int.max }
    }
  }

  /// A scalar as text.
  static func encode(_ scalar: Scalar) -> String {
    switch scalar {
    case .int(let value): "i\(value)"
    case .string(let text): "s\(text)"
    }
  }

  /// A scalar of text; nil for what none is encoded as.
  static func decode(_ text: some StringProtocol) -> Scalar? {
    switch text.first {
    case "i": Int(text.dropFirst()).map { .int($0) }
    case "s": .string(String(text.dropFirst()))
    default: nil
    }
  }
}
