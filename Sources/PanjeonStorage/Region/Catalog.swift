// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
package import WideColumn

/// The tables of an open store, by name.
///
/// In the order of their names, under a lock that guards nothing else: a few names are sooner compared than one is hashed.
package final class Catalog: Sendable {
  private struct Entry: Sendable {
    var name: String
    var table: TableHandle
  }

  private let tables: Mutex<[Entry]>

  package init(_ tables: [TableHandle] = []) {
    let entries = tables.map { Entry(name: $0.schema.name, table: $0) }
    self.tables = Mutex(entries.sorted { $0.name < $1.name })
  }

  /// The place of a name among entries, or where it would stand.
  private static func place(of name: String, in entries: [Entry]) -> (index: Int, isThere: Bool) {
    if entries.count <= 8, let index = entries.firstIndex(where: { $0.name == name }) {
      return (index, true)
    }
    var low = 0
    var high = entries.count
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].name < name { low = middle + 1 } else { high = middle }
    }
    return (low, low < entries.count && entries[low].name == name)
  }

  /// The table of this name.
  ///
  /// - Parameter name: The table's name.
  /// - Returns: The table.
  /// - Throws: `noSuchTable`, naming the tables there are.
  package func table(_ name: String) throws(StoreError) -> TableHandle {
    let found = tables.withLock { entries -> TableHandle? in
      let place = Self.place(of: name, in: entries)
      return place.isThere ? entries[place.index].table : nil
    }
    if let found { return found }
    let known = all.map(\.schema.name).joined(separator: ", ")
    throw StoreError(
      .noSuchTable,
      "there is no table '\(name)'; "
        + (known.isEmpty ? "the store has none" : "there are: \(known)"))
  }

  /// Every table, by name.
  package var all: [TableHandle] {
    tables.withLock { $0 }.map(\.table)
  }

  /// The table of this number, or nil.
  package func table(id: UInt32) -> TableHandle? {
    all.first { $0.record.id == id }
  }

  /// Removes a table.
  package func remove(_ table: TableHandle) {
    tables.withLock { entries in
      let place = Self.place(of: table.schema.name, in: entries)
      if place.isThere { entries.remove(at: place.index) }
    }
  }

  /// Adds a table, or takes it in the place of the one of its name.
  package func insert(_ table: TableHandle) {
    tables.withLock { entries in
      let place = Self.place(of: table.schema.name, in: entries)
      if place.isThere {
        entries[place.index].table = table
      } else {
        entries.insert(Entry(name: table.schema.name, table: table), at: place.index)
      }
    }
  }
}
