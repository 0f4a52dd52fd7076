// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// The table that says which types, indexes and migrations a store has seen.
///
/// Row `types`, a column for each number, two bytes; row `migrations`, a column for each name; row `options`, what has held for the data
/// that is there.
package enum CatalogTable {
  /// The table's name.
  package static let name = "!datastore!"

  /// The row of types and indexes.
  package static let types = Bytes(utf8: "types")
  static let migrations = Bytes(utf8: "migrations")
  static let options = Bytes(utf8: "options")

  static let schema = TableSchema(name: name, families: [.lock, ColumnFamily(AnyKey.family)])

  static func qualifier(_ number: Int) -> Bytes {
    [UInt8(truncatingIfNeeded: number >> 8), UInt8(truncatingIfNeeded: number)]
  }

  /// The number that a column is named by.
  package static func number(_ qualifier: Bytes) -> Int? {
    qualifier.count == 2 ? Int(qualifier[0]) << 8 | Int(qualifier[1]) : nil
  }
}

/// What the catalog says of a type or an index.
package struct CatalogEntry: Codable, Hashable, Sendable {
  /// Its name.
  package var name: String
  /// The table of a root, or of an index that has one.
  package var table: String?
  /// Whether it is an index.
  package var isIndex: Bool
  /// The version of an index.
  package var version: Int
  /// Of an index: of which type, where its entries are, whether it is unique, whether clustered.
  package var shape: String?
  /// How far an index is.
  package var state: State
  /// Whether entries may be left that are wrong.
  package var hasOldEntries: Bool
  /// Where the build of an index has come to.
  package var progress: BuildProgress?

  /// How far an index is; the page *TypedRecords* has the table.
  package enum State: Int, Codable, Sendable {
    /// It may be read.
    case ready = 0
    /// It is kept by writers, and must be built.
    case building = 1
    /// A program that did not declare it may have written.
    case unmaintained = 2
  }

  enum CodingKeys: Int, CodingKey {
    case name = 1
    case table = 2
    case isIndex = 3
    case version = 4
    case state = 5
    case hasOldEntries = 6
    case progress = 7
    case shape = 8
  }
}

/// Where the build, or the dropping, of an index has come to: all before it is done.
package struct BuildProgress: Codable, Hashable, Sendable {
  /// Whether entries are being removed; if not, they are being added.
  package var isClearing: Bool
  /// The row to go on in.
  package var row: Bytes
  /// The qualifier that was done last; nil: none of the row.
  package var qualifier: Bytes?
  /// Of an index that is dropped, the table to go on in.
  package var table: String?

  enum CodingKeys: Int, CodingKey {
    case isClearing = 1
    case row = 2
    case qualifier = 3
    case table = 4
  }
}

/// That a migration was run.
struct MigrationMark: Codable {
  /// When, in microseconds since the Unix epoch.
  var microseconds: Int64
  /// Which one of the list it was then.
  var place: Int

  enum CodingKeys: Int, CodingKey {
    case microseconds = 1
    case place = 2
  }
}
