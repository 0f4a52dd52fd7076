// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

extension SnapshotStore {
  /// Reads a row of a snapshot that is locked: with what its transaction intends, if it had been committed at that moment; without,
  /// if not.
  ///
  /// Nobody is waited for, and nothing is written. Throws errors of the store; `corruption` when the redo cannot be read.
  func lockedRow(
    _ get: Get, in table: String, at snapshot: Snapshot
  ) async throws(StoreError) -> RowResult? {
    let schema = try await schema(of: table)
    let name = TransactionRow(table: table, row: get.row)
    let versionsMax = schema.families.map(\.versionsMax).max() ?? 1
    let whole = try await self.get(Get(get.row, versionsMax: versionsMax), in: table, at: snapshot)
    guard let lock = LockCells(name, whole).lock,
      try await isCommitted(lock, at: snapshot)
    else {
      return try await self.get(get.withHeader(), in: table, at: snapshot)?
        .withoutLock(cellsMax: get.cellsMax)
    }
    guard let redo = Redo(decoding: lock.intents.redo) else {
      throw StoreError(
        .corruption, "the redo of row '\(get.row)' of table '\(table)' cannot be read")
    }
    let version = Timestamp(microseconds: Int64(clamping: lock.header.version))
    var overlay = RowOverlay(whole, schema: schema, timestamp: version)
    for change in redo.mutations { try overlay.apply(change) }
    return overlay.result(get)
  }

  private func isCommitted(
    _ lock: Lock, at snapshot: Snapshot
  ) async throws(StoreError) -> Bool {
    if lock.primary == lock.name { return lock.header.state == .committed }
    return lock.decision(try await decidingRow(lock.primary, at: snapshot)) == .committed
  }
}

extension RowResult {
  /// Whether a commit in two phases is under way on the row, as far as its header is of a kind that is known.
  var isLocked: Bool {
    guard let header, let state = LockHeader.state(of: header) else { return false }
    return state != .stable
  }
}
