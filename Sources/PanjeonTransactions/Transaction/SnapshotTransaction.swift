// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// A read-only transaction: everything it reads is of one moment; it takes no locks and never conflicts.
///
/// A row that a commit in two phases holds is seen as that leaves it if it comes before the snapshot, and as it was if not; in one case its decision
/// is waited for (the article *TwoPhases*, *Snapshots*), its owner given up when that seems dead, and reads throw `snapshotTooOld` when the decision cannot be told any more. Where
/// a lock cannot be read, or is of a later version, they throw `corruption` or `unsupportedFormat`. What it sees had reached the durability it was committed with when the snapshot was taken.
public struct SnapshotTransaction<Store: SnapshotStore>: Sendable {
  private let store: Store
  private let snapshot: Store.Snapshot
  private let locks: LockResolver<Store>

  init(_ locks: LockResolver<Store>) throws(StoreError) {
    store = locks.store
    self.locks = locks
    snapshot = try store.snapshot(.visible)
  }

  /// Reads a row; nil when it has none of the selected cells.
  ///
  /// Throws errors of the store.
  public func get(_ get: Get, in table: String) async throws(StoreError) -> RowResult? {
    try get.validate()
    guard let read = try await store.get(get.withHeader(), in: table, at: snapshot) else {
      return nil
    }
    let lockCells = read.lockCellCount
    if lockCells > 0, read.beginsLocked {
      return try await locks.row(get, in: table, at: snapshot)
    }
    return read.dropping(first: lockCells, keeping: get.cellsMax)
  }

  /// Begins a scan.
  ///
  /// Throws errors of the store. With `Scan.cellsPerBatchMax` a piece of a row may have a cell less than that: its lock is left out.
  public func scan(
    _ scan: Scan, in table: String
  ) async throws(StoreError) -> SnapshotCursor<Store> {
    try scan.validate()
    return SnapshotCursor(
      try await store.scan(scan.withHeader(), in: table, at: snapshot), of: scan,
      LockedRows(locks: locks, snapshot: snapshot, table: table))
  }

  /// A column to begin at when the cells before another one are to be read.
  ///
  /// A hint of the store: `WideColumnStore.columnToReadFrom(_:before:in:of:)`.
  public func columnToReadFrom(
    _ cells: Int, before column: Column, in row: RowKey, of table: String
  ) -> Column? {
    store.columnToReadFrom(cells, before: column, in: row, of: table)
  }

  /// The version of a row, that of the last transaction that has changed it; nil when none has.
  ///
  /// In microseconds, above that of every earlier transaction on the row; each cell that the transaction wrote bears it as its timestamp. Of a row that a
  /// commit in two phases holds it is one below that which the commit will leave. Throws errors of the store.
  public func version(of row: RowKey, in table: String) async throws(StoreError) -> Timestamp? {
    let header = try await store.get(.header(row), in: table, at: snapshot)?.header
    return header.flatMap(LockHeader.init(decoding:)).map { header in
      Timestamp(microseconds: Int64(clamping: header.version) - (header.state == .stable ? 0 : 1))
    }
  }
}
