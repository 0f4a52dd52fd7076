// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
package import WideColumn

/// The tables of an open store, by name.
///
/// A reader takes one reference to an immutable dictionary under a lock that guards nothing else.
package final class Catalog: Sendable {
  private let tables: Mutex<[String: TableHandle]>

  package init(_ tables: [TableHandle] = []) {
    self.tables = Mutex(
      Dictionary(tables.map { ($0.schema.name, $0) }, uniquingKeysWith: { first, _ in first }))
  }

  /// The table of this name.
  ///
  /// - Parameter name: The table's name.
  /// - Returns: The table.
  /// - Throws: `noSuchTable`, naming the tables there are.
  package func table(_ name: String) throws(StoreError) -> TableHandle {
    let all = tables.withLock { $0 }
    if let table = all[name] { return table }
    let known = all.keys.sorted().joined(separator: ", ")
    throw StoreError(
      .noSuchTable,
      "there is no table '\(name)'; "
        + (known.isEmpty ? "the store has none" : "there are: \(known)"))
  }

  /// Every table, by name.
  package var all: [TableHandle] {
    tables.withLock { $0 }.values.sorted { $0.schema.name < $1.schema.name }
  }

  /// The table of this number, or nil.
  package func table(id: UInt32) -> TableHandle? {
    tables.withLock { $0 }.values.first { $0.record.id == id }
  }

  /// Removes a table.
  package func remove(_ table: TableHandle) {
    tables.withLock { $0[table.schema.name] = nil }
  }

  /// Adds a table, or takes it in the place of the one of its name.
  package func insert(_ table: TableHandle) {
    tables.withLock { $0[table.schema.name] = table }
  }
}
