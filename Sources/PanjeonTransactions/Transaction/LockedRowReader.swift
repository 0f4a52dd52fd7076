// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// What a snapshot sees of a row that a commit in two phases holds.
extension LockResolver where Store: SnapshotStore {
  /// Reads a row of a snapshot that is locked: with what its transaction intends, if it comes before the snapshot; without, if not.
  ///
  /// Nobody is waited for when the primary's header of that moment decides it, nor when the transaction had not locked all of its rows,
  /// nor when it depends on no others: it is committed after the snapshot then, if at all. One that had all its locks, and depends on others, may have
  /// looked at them before the snapshot, and others may have written them since, which the snapshot sees: it must come before those. So its decision is
  /// waited for.
  ///
  /// Throws errors of the store; `snapshotTooOld` when the decision is not to be had any more; `corruption` when what stands beside the lock cannot
  /// be read, and `unsupportedFormat` when a later version has written a header: then nobody can tell what the snapshot sees.
  func row(
    _ get: Get, in table: String, at snapshot: Store.Snapshot
  ) async throws(StoreError) -> RowResult? {
    let schema = try await store.schema(of: table)
    let name = TransactionRow(table: table, row: get.row)
    let versionsMax = schema.families.map(\.versionsMax).max() ?? 1
    let whole = try await store.get(
      Get(get.row, versionsMax: versionsMax), in: table, at: snapshot)
    let cells = LockCells(name, whole)
    if !cells.isStable, cells.lock == nil { throw cells.unreadable }
    guard let lock = cells.lock, try await isBefore(snapshot, lock) else {
      return try await store.get(get.withHeader(), in: table, at: snapshot)?
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

  /// Whether the owner of a lock comes before a snapshot.
  private func isBefore(
    _ snapshot: Store.Snapshot, _ lock: Lock
  ) async throws(StoreError) -> Bool {
    var deciding = lock
    if lock.primary == lock.name {
      if lock.header.ownDecision != .undecided { return lock.header.ownDecision == .committed }
    } else {
      switch lock.decision(try await store.decidingRow(lock.primary, at: snapshot)) {
      case .committed: return true
      case .aborted: return false
      case .unknown: throw LockCells.unsupported(lock.primary)
      case .undecided: break
      }
      let cells = try await store.lockCells(of: lock.primary, at: snapshot)
      // Not locked yet: then not all rows were.
      guard let primary = cells.lock, primary.header.isOfSameCommit(as: lock.header) else {
        return false
      }
      deciding = primary
    }
    guard deciding.intents.dependsOnOthers,
      try await holdsAll(deciding, at: snapshot)
    else { return false }
    return try await isCommittedLater(deciding, lock)
  }

  /// Whether all rows that a transaction writes were locked by it.
  private func holdsAll(
    _ primary: Lock, at snapshot: Store.Snapshot
  ) async throws(StoreError) -> Bool {
    for name in primary.intents.secondaries {
      guard case .present(let bytes?) = try await store.decidingRow(name, at: snapshot),
        let header = LockHeader(decoding: bytes), header.isOfSameCommit(as: primary.header)
      else { return false }
    }
    return true
  }

  /// Waits for the decision on a transaction that was undecided, and asks the primary, and the row that was met: others may have written to one of them since.
  private func isCommittedLater(
    _ primary: Lock, _ met: Lock
  ) async throws(StoreError) -> Bool {
    _ = try await waitUntilSettled(primary.name, atMost: options.waitMax)
    for name in primary.name == met.name ? [met.name] : [primary.name, met.name] {
      let bytes = try await store.header(of: name)
      if let header = bytes.flatMap(LockHeader.init(decoding:)),
        header.isOfSameCommit(as: primary.header), header.ownDecision != .undecided
      {
        return header.ownDecision == .committed
      }
    }
    throw StoreError(
      .snapshotTooOld,
      "the snapshot was taken while \(primary.header.transactionID) was being committed, and what became of that cannot be told; take another snapshot",
      cause: UntoldDecision())
  }
}

/// Why a snapshot is too old that may be young: what became of a lock that it has met cannot be told any more.
struct UntoldDecision: Error, CustomStringConvertible {
  var description: String { "its decision has been overwritten" }
}

extension RowResult {
  /// How many cells of its lock the row begins with; no family of a table with locks sorts before theirs.
  var lockCellCount: Int { leadingCells(ofFamily: ColumnFamily.lockFamilyName) }

  /// Whether the header, as the first cell of the row, says that a commit in two phases is under way, or is of a kind that is not known.
  ///
  /// Looks at nothing but the byte of the state: every read of a snapshot does.
  var beginsLocked: Bool {
    let byte = byteOfFirstValue(at: LockHeader.stateOffset, ofCount: LockHeader.encodedBytes)
    guard let state = byte.flatMap(LockHeader.State.init(rawValue:)) else { return true }
    return state != .stable
  }
}
