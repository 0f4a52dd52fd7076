// SPDX-License-Identifier: Apache-2.0

public import PanjeonTransactions
public import WideColumn

/// Records as they were at one moment; reading never blocks and never conflicts.
public struct DatastoreSnapshot<Store: AtomicBatchStore>: DatastoreReader {
  /// The snapshot beneath, for plain reads.
  public let snapshot: SnapshotTransaction<Store>

  let transactions: TransactionManager<Store>
  let state: DatastoreState

  /// What is known of the datastore.
  public var datastoreState: DatastoreState? { state }

  /// Reads a row; nil when it has none of the selected cells.
  ///
  /// Throws errors of the store.
  public func get(_ get: Get, in table: String) async throws -> RowResult? {
    try await snapshot.get(get, in: table)
  }

  /// Reads several rows of a table, in order.
  ///
  /// Throws errors of the store.
  public func get(_ gets: [Get], in table: String) async throws -> [RowResult?] {
    var rows: [RowResult?] = []
    rows.reserveCapacity(gets.count)
    for get in gets { rows.append(try await snapshot.get(get, in: table)) }
    return rows
  }

  /// Reads the first rows of a scan.
  ///
  /// Throws errors of the store.
  public func rows(_ scan: Scan, in table: String, limit: Int) async throws -> [RowResult] {
    var bounded = scan
    bounded.rowsMax = limit
    var cursor = try await snapshot.scan(bounded, in: table)
    var rows: [RowResult] = []
    while let row = try await cursor.next() { rows.append(row) }
    return rows
  }

  /// A column to begin at when the cells before another one are to be read.
  public func columnToReadFrom(
    _ cells: Int, before column: Column, in row: RowKey, of table: String
  ) -> Column? {
    snapshot.columnToReadFrom(cells, before: column, in: row, of: table)
  }
}
