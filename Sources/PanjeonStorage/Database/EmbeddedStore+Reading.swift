// SPDX-License-Identifier: Apache-2.0

public import WideColumn

extension EmbeddedStore: SnapshotStore {
  /// Reads one row as it is visible now; nil when it has none of the selected cells.
  ///
  /// Runs without suspending when everything it needs is in memory; else on one of the store's I/O threads.
  /// Throws `noSuchTable`, `noSuchFamily`, `invalidArgument`, `corruption`, `io` or `closed`.
  public func get(_ get: Get, in table: String) async throws(StoreError) -> RowResult? {
    try await read(get, in: table, at: nil)
  }

  /// Reads one row at a snapshot.
  ///
  /// Throws as ``get(_:in:)``, and `snapshotTooOld`; `invalidArgument` for a snapshot of another store.
  public func get(
    _ get: Get, in table: String, at snapshot: StoreSnapshot
  ) async throws(StoreError) -> RowResult? {
    try await read(get, in: table, at: .some(snapshot))
  }

  /// Pins the present state.
  ///
  /// Throws `closed`, and `limitExceeded` when too many snapshots are open.
  public func snapshot(_ level: SnapshotLevel) throws(StoreError) -> StoreSnapshot {
    try requireOpen()
    let watermark = level == .visible ? pipeline.visible : pipeline.sequenced
    return try StoreSnapshot(registry: snapshots) { watermark.value }
  }

  /// Begins a scan at a snapshot of its own, taken now.
  ///
  /// Throws as ``get(_:in:)``.
  public func scan(_ scan: Scan, in table: String) async throws(StoreError) -> StoreCursor {
    try await self.scan(scan, in: table, at: snapshot(.visible))
  }

  /// Begins a scan at a snapshot, which it keeps until its end.
  ///
  /// Throws as ``get(_:in:)``, and `snapshotTooOld`, which the scan's cursor throws too; `invalidArgument` for a snapshot of
  /// another store.
  public func scan(
    _ scan: Scan, in table: String, at snapshot: StoreSnapshot
  ) async throws(StoreError) -> StoreCursor {
    try requireOpen()
    try requireOwn(snapshot)
    let handle = try catalog.table(table)
    try snapshot.requireValid()
    scans.add(1)
    return StoreCursor(
      try TableScanner(scan, in: try handle.handle(at: snapshot), at: snapshot), executor: executor,
      lifecycle: lifecycle)
  }

  /// A column to begin at when the cells before another one are to be read; nil when there are not so many, or nothing is known.
  ///
  /// Looks at memtables and indexes, in no time worth mentioning.
  public func columnToReadFrom(
    _ cells: Int, before column: Column, in row: RowKey, of table: String
  ) -> Column? {
    guard lifecycle.isOpen, cells > 0, let table = try? catalog.table(table),
      let family = try? table.familyNumber(column.family)
    else { return nil }
    let group = table.region(of: row).view.groups[Int(table.groupOfFamily[Int(family)])]
    let hint = ColumnHint(cells, before: column.qualifier, family: family, row: row)
    return hint.find(in: group).map { Column(family: column.family, qualifier: $0) }
  }

  private func read(
    _ get: Get, in table: String, at snapshot: StoreSnapshot?
  ) async throws(StoreError) -> RowResult? {
    try requireOpen()
    if let snapshot { try requireOwn(snapshot) }
    try limits.check(row: get.row)
    let present = try catalog.table(table)
    let handle =
      try snapshot.map { (snapshot) throws(StoreError) in try present.handle(at: snapshot) }
      ?? present
    let plan = try handle.plan(for: get)
    do {
      return try look(up: get.row, plan, handle, snapshot, .cacheOnly)
    } catch {
      guard error.code == .wouldBlock else { throw error }
    }
    return try await executor.run { () throws(StoreError) in
      try self.look(up: get.row, plan, handle, snapshot, .mayBlock)
    }
  }

  private func look(
    up row: RowKey, _ plan: ReadPlan, _ table: TableHandle, _ snapshot: StoreSnapshot?,
    _ mode: ReadMode
  ) throws(StoreError) -> RowResult? {
    try RowLookup.read(
      plan, row: row, in: table,
      at: { () throws(StoreError) in
        guard let snapshot else {
          return ReadMoment(sequence: pipeline.visible.value, time: .now(snapshots.clock))
        }
        try snapshot.requireValid()
        return ReadMoment(snapshot)
      }, mode: mode, rowCache)
  }

  /// Refuses the snapshot of another store, or of this one before it was opened again: its sequence means something else here.
  package func requireOwn(_ snapshot: StoreSnapshot) throws(StoreError) {
    if snapshot.isOf(snapshots) { return }
    throw StoreError(
      .invalidArgument,
      "the snapshot was taken of another store, or before this one was opened; take one of this store"
    )
  }

  package func requireOpen() throws(StoreError) {
    if !lifecycle.isOpen { throw .storeClosed }
  }
}
