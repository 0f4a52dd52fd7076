// SPDX-License-Identifier: Apache-2.0

public import WideColumn

extension SimulatedStore {
  /// Returns the shape of a table.
  ///
  /// Throws `noSuchTable`; faults.
  public func schema(of table: String) async throws(StoreError) -> TableSchema {
    try await call(.read) { model, _ throws(StoreError) in try model.table(table).schema }
  }

  /// Reads one row as it is visible now; nil when it has none of the selected cells.
  ///
  /// Throws `noSuchTable`, `noSuchFamily`, `invalidArgument`; faults.
  public func get(_ get: Get, in table: String) async throws(StoreError) -> RowResult? {
    try await call(.read) { model, time throws(StoreError) in
      // The log moves on while others look, also for what nobody waits for any more.
      defer { model.log.step() }
      return try model.get(get, in: table, at: model.snapshot(.visible, time: time))
    }
  }

  /// Reads one row at a snapshot.
  ///
  /// Throws as ``get(_:in:)``; `snapshotTooOld` when a restart has lost what it has seen.
  public func get(
    _ get: Get, in table: String, at snapshot: SimulatedSnapshot
  ) async throws(StoreError) -> RowResult? {
    try await call(.snapshotRead) { model, _ throws(StoreError) in
      try model.get(get, in: table, at: snapshot)
    }
  }

  /// Begins a scan of what is visible now.
  ///
  /// Throws as ``get(_:in:)``.
  public func scan(_ scan: Scan, in table: String) async throws(StoreError) -> SimulatedCursor {
    let (snapshot, rows) = try await call(.read) { model, time throws(StoreError) in
      let snapshot = model.snapshot(.visible, time: time)
      return (snapshot, try model.scan(scan, in: table, at: snapshot))
    }
    return SimulatedCursor(store: self, snapshot: snapshot, rows: rows)
  }

  /// Begins a scan at a snapshot.
  ///
  /// Throws as ``get(_:in:at:)``.
  public func scan(
    _ scan: Scan, in table: String, at snapshot: SimulatedSnapshot
  ) async throws(StoreError) -> SimulatedCursor {
    let rows = try await call(.snapshotRead) { model, _ throws(StoreError) in
      try model.scan(scan, in: table, at: snapshot)
    }
    return SimulatedCursor(store: self, snapshot: snapshot, rows: rows)
  }
}

/// The rows of a scan of a simulated store; each is a call.
public struct SimulatedCursor: RowCursor {
  let store: SimulatedStore
  let snapshot: SimulatedSnapshot
  let rows: [RowResult]
  private var place = 0

  init(store: SimulatedStore, snapshot: SimulatedSnapshot, rows: [RowResult]) {
    self.store = store
    self.snapshot = snapshot
    self.rows = rows
  }

  /// Returns the next row, or nil after the last.
  ///
  /// Throws `snapshotTooOld` when a restart has lost what the scan's snapshot has seen; faults.
  public mutating func next() async throws(StoreError) -> RowResult? {
    let snapshot = snapshot
    try await store.call(.snapshotRead) { model, _ throws(StoreError) in
      try model.requireValid(snapshot)
    }
    guard place < rows.count else { return nil }
    place += 1
    return rows[place - 1]
  }
}
