// SPDX-License-Identifier: Apache-2.0

internal import PanjeonTransactions
public import WideColumn

/// What records can be read through: a transaction, or a snapshot of a datastore.
///
/// A function that only reads takes one, and works in both:
///
/// ```swift
/// func caption(_ photo: Key<Photo>, in reader: inout some DatastoreReader & ~Copyable) async throws -> String? {
///   try await reader.get(photo)?.caption
/// }
/// ```
///
/// All that one reads is of one moment; a transaction sees its own writes besides. Reads throw `StoreError`, in a transaction `TransactionError` as well,
/// and `DatastoreError` `malformed` where what is stored is no such record.
public protocol DatastoreReader: ~Copyable {
  /// Reads a row; nil when it has none of the selected cells.
  mutating func get(_ get: Get, in table: String) async throws -> RowResult?

  /// Reads several rows of a table, in order.
  mutating func get(_ gets: [Get], in table: String) async throws -> [RowResult?]

  /// Reads the first rows of a scan.
  mutating func rows(_ scan: Scan, in table: String, limit: Int) async throws -> [RowResult]

  /// A column to begin at when the cells before another one are to be read; a hint of the store.
  func columnToReadFrom(
    _ cells: Int, before column: Column, in row: RowKey, of table: String
  ) -> Column?

  /// What is known of the datastore it belongs to; nil for a transaction that was not begun by one.
  var datastoreState: DatastoreState? { get }
}

extension DatastoreReader where Self: ~Copyable {
  /// Reads a record; nil when there is none.
  ///
  /// One read of one row.
  public mutating func get<R: Record>(_ key: Key<R>) async throws -> R? {
    let any = key.any
    let row = try await get(Get(any.row, columns: .data(any.qualifier)), in: any.table)
    guard let stored = row?.data(any.qualifier) else { return nil }
    return try Stored.decode(R.self, from: stored, at: any)
  }

  /// Reads several records, in order; nil for those that are not there.
  ///
  /// One read for each row, of a table at once where the store is far away.
  public mutating func get<R: Record>(_ keys: [Key<R>]) async throws -> [R?] {
    let stored = try await storedValues(keys.map(\.any))
    var records: [R?] = []
    records.reserveCapacity(keys.count)
    for (key, value) in zip(keys, stored) {
      records.append(try value.map { try Stored.decode(R.self, from: $0, at: key.any) })
    }
    return records
  }

  /// Whether there is a record under a key.
  public mutating func contains<R: Record>(_ key: Key<R>) async throws -> Bool {
    let any = key.any
    return try await get(Get(any.row, columns: .data(any.qualifier)), in: any.table) != nil
  }

  /// How many children of a type there are under a parent; read from the collection's metadata, whatever the number.
  public mutating func count<R: Record, Parent>(
    _ type: ObjectType<R>, of parent: Key<Parent>
  ) async throws -> Int {
    let collection = CollectionKey(parent: parent.any, typeNumber: type.number)
    return Int(clamping: try await metadata(of: collection).count)
  }

  mutating func metadata(of collection: CollectionKey) async throws -> CollectionMetadata {
    let qualifier = collection.metadata
    let row = try await get(Get(collection.row, columns: .data(qualifier)), in: collection.table)
    return try CollectionMetadata(stored: row?.data(qualifier), of: collection)
  }

  /// What is stored under keys, in order.
  mutating func storedValues(_ keys: [AnyKey]) async throws -> [Bytes?] {
    var places: [String: [RowKey: [Int]]] = [:]
    for (place, key) in keys.enumerated() {
      places[key.table, default: [:]][key.row, default: []].append(place)
    }
    var values = [Bytes?](repeating: nil, count: keys.count)
    for (table, rows) in places.sorted(by: { $0.key < $1.key }) {
      let rows = rows.sorted { $0.key < $1.key }
      let gets = rows.map { row, places in
        var columns = ColumnSelection()
        for place in places {
          columns.add(family: AnyKey.family, qualifier: keys[place].qualifier)
        }
        return Get(row, columns: columns)
      }
      let results = try await get(gets, in: table)
      for ((_, places), result) in zip(rows, results) {
        for place in places { values[place] = result?.data(keys[place].qualifier) }
      }
    }
    return values
  }
}
