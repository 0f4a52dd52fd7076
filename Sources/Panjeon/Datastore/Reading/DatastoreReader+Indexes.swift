// SPDX-License-Identifier: Apache-2.0

internal import PanjeonTransactions
internal import WideColumn

extension DatastoreReader where Self: ~Copyable {
  /// Reads a page of the children of a parent, in the order of an index beside them.
  ///
  /// - Parameters:
  ///   - index: The index, of the scope `collection`.
  ///   - parent: The parent.
  ///   - bounds: Which of the indexed values; all by default.
  ///   - order: From which end; ascending by default. Records of the same value are in the order of their ids.
  ///   - limit: How many to return at the most, at least one.
  ///   - cursor: Where the page before ended, of the same bounds and order; nil for the first.
  /// - Returns: The records. One that has several values of the index may be there several times.
  /// - Throws: `indexNotReady`, `undeclared`, `invalidCursor`, and as the read of one record.
  /// - Complexity: One read of the entries, and one of the records where the index has no copies.
  public mutating func find<R: Record, Value, Parent>(
    _ index: Index<R, Value>, of parent: Key<Parent>, in bounds: KeyBounds = .all,
    order: KeyOrder = .ascending, limit: Int, after cursor: PageCursor? = nil
  ) async throws -> Page<R> {
    let definition = index.definition
    try requireReady(definition)
    guard definition.scope == .collection else { throw Self.wrongScope(definition) }
    let collection = CollectionKey(parent: parent.any, typeNumber: definition.type.number)
    return try await page(definition, collection, bounds, order, limit, cursor)
  }

  /// Reads a page of the records anywhere below a root, in the order of an index of the scope `root`.
  ///
  /// As the one over the children of a parent.
  public mutating func find<R: Record, Value, RootRecord>(
    _ index: Index<R, Value>, below root: Key<RootRecord>, in bounds: KeyBounds = .all,
    order: KeyOrder = .ascending, limit: Int, after cursor: PageCursor? = nil
  ) async throws -> Page<R> {
    let definition = index.definition
    try requireReady(definition)
    guard definition.scope == .root else { throw Self.wrongScope(definition) }
    let collection = CollectionKey(
      table: root.any.table, row: root.any.row, typeNumber: definition.type.number, path: [])
    return try await page(definition, collection, bounds, order, limit, cursor)
  }

  /// Reads a page of all records there are, in the order of an index that has a table.
  ///
  /// As the one over the children of a parent. A scan of rows: in a transaction, what others insert into the part that was read conflicts.
  public mutating func find<R: Record, Value>(
    _ index: Index<R, Value>, in bounds: KeyBounds = .all, order: KeyOrder = .ascending,
    limit: Int, after cursor: PageCursor? = nil
  ) async throws -> Page<R> {
    let definition = index.definition
    try requireReady(definition)
    guard let table = definition.scope.table else { throw Self.wrongScope(definition) }
    let limit = try Page<R>.clamped(limit)
    let range = try bounds.range(behind: definition.entryPrefix).going(on: cursor, order)
    let (rows, next) = try await rootRows(of: definition.type, table, range, order, limit)
    let found = rows.map { FoundEntry(place: $0.key.row, value: $0.stored) }
    return Page(entries: try await records(definition, found, row: nil), next: next)
  }

  /// Reads the record that has a value in a unique index with a table; nil when none has.
  ///
  /// Throws as ``find(_:in:order:limit:after:)``.
  public mutating func first<R: Record, Value>(
    _ index: Index<R, Value>, equalTo value: Value
  ) async throws -> Entry<R>? {
    guard index.definition.isUnique, index.definition.scope.table != nil else {
      return try await find(index, in: .equal(to: value), limit: 1).entries.first
    }
    // One row, so one that is absent is all that a transaction depends on.
    try requireReady(index.definition)
    let place = AnyKey.root(index.definition.type, value.keyComponent)
    guard let stored = try await storedValues([place])[0] else { return nil }
    let entry = FoundEntry(place: place.row, value: stored)
    return try await records(index.definition, [entry], row: nil).first
  }

  private mutating func page<R: Record>(
    _ definition: IndexDefinition<R>, _ collection: CollectionKey, _ bounds: KeyBounds,
    _ order: KeyOrder, _ limit: Int, _ cursor: PageCursor?
  ) async throws -> Page<R> {
    let limit = try Page<R>.clamped(limit)
    let range = bounds.range(behind: collection.memberPrefix + definition.entryPrefix)
    let cells = try await cells(
      in: range.going(on: cursor, order), of: collection, order: order, limit: limit)
    let found = cells.found.map { FoundEntry(place: $0.qualifier, value: $0.value) }
    let entries = try await records(definition, found, row: collection)
    return Page(
      entries: entries,
      next: cells.goesOn ? cells.found.last.map { PageCursor(bytes: $0.qualifier) } : nil)
  }

  /// The records that entries stand for, in order.
  private mutating func records<R: Record>(
    _ definition: IndexDefinition<R>, _ found: [FoundEntry], row collection: CollectionKey?
  ) async throws -> [Entry<R>] {
    var places: [AnyKey] = []
    var copies: [Bytes?] = []
    for entry in found {
      let at = AnyKey(
        table: collection?.table ?? definition.scope.table ?? "",
        row: collection?.row ?? entry.place,
        qualifier: collection == nil ? Bytes() : entry.place)
      let stored = try Stored.decode(IndexEntry.self, from: entry.value, at: at)
      guard let table = collection?.table ?? tableOfRecords(R.self),
        let row = stored.row ?? collection?.row
      else {
        throw DatastoreError(
          .malformed, "an entry of '\(definition.type.name)' names no row", key: at,
          index: definition.type.name)
      }
      places.append(AnyKey(table: table, row: row, qualifier: stored.qualifier))
      copies.append(stored.record)
    }
    let stored = definition.isClustered ? copies : try await storedValues(places)
    var entries: [Entry<R>] = []
    for (place, value) in zip(places, stored) {
      guard let value, let key = Key<R>(place) else {
        throw DatastoreError(
          .malformed, "an entry of '\(definition.type.name)' stands for no object", key: place,
          index: definition.type.name)
      }
      entries.append(Entry(key: key, record: try Stored.decode(R.self, from: value, at: place)))
    }
    return entries
  }

  private func tableOfRecords<R: Record>(_ type: R.Type) -> String? {
    R.objectType.any.table ?? datastoreState?.tableOfRoot(above: R.objectType.number)
  }

  private func requireReady<R>(_ definition: IndexDefinition<R>) throws(DatastoreError) {
    guard let state = datastoreState else {
      throw DatastoreError(.noDatastore, "the transaction was not begun by a datastore")
    }
    try state.requireReady(definition.type)
  }

  private static func wrongScope<R>(_ definition: IndexDefinition<R>) -> DatastoreError {
    DatastoreError(
      .undeclared, "the index '\(definition.type.name)' has another scope: \(definition.scope)",
      index: definition.type.name)
  }
}

/// An entry of an index: its place, a qualifier or a row, and what is stored.
private struct FoundEntry {
  var place: Bytes
  var value: Bytes
}
