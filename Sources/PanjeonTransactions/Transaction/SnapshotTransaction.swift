// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// A read-only transaction: everything it reads is of one moment; it takes no locks and never conflicts.
///
/// What it sees had reached the durability it was committed with when the snapshot was taken.
public struct SnapshotTransaction<Store: SnapshotStore>: Sendable {
  private let store: Store
  private let snapshot: Store.Snapshot

  package init(_ store: Store) throws(StoreError) {
    self.store = store
    snapshot = try store.snapshot(.visible)
  }

  /// Reads a row; nil when it has none of the selected cells.
  ///
  /// Throws errors of the store.
  public func get(_ get: Get, in table: String) async throws(StoreError) -> RowResult? {
    let read = try await store.get(get.withHeader(), in: table, at: snapshot)
    return read?.withoutLock(cellsMax: get.cellsMax)
  }

  /// Begins a scan.
  ///
  /// Throws errors of the store.
  public func scan(
    _ scan: Scan, in table: String
  ) async throws(StoreError) -> SnapshotCursor<Store> {
    if let fault = scan.fault { throw StoreError(.invalidArgument, fault) }
    return SnapshotCursor(
      cursor: try await store.scan(scan.withHeader(), in: table, at: snapshot), scan: scan,
      cellsLeft: scan.cellsMax ?? .max)
  }
}

/// The rows of a scan of a snapshot, without their locks.
public struct SnapshotCursor<Store: SnapshotStore>: RowCursor {
  var cursor: Store.Cursor
  let scan: Scan
  var cellsLeft: Int
  var returned = 0

  /// Returns the next row, or nil after the last.
  ///
  /// Throws errors of the store.
  public mutating func next() async throws(StoreError) -> RowResult? {
    if returned >= scan.rowsMax ?? .max || cellsLeft <= 0 { return nil }
    while let read = try await cursor.next() {
      let whole = read.withoutLock(cellsMax: scan.cellsPerRowMax)
      if let row = whole?.taking(from: &cellsLeft) {
        returned += 1
        return row
      }
    }
    return nil
  }
}
