// SPDX-License-Identifier: Apache-2.0

public import WideColumn

extension TwoPhaseStore: SnapshotStore {
  /// Begins to read: all that is read through the snapshot will be of one moment, of whichever level.
  public func snapshot(_ level: SnapshotLevel) throws(StoreError) -> TwoPhaseSnapshot {
    TwoPhaseSnapshot()
  }

  /// Reads one row with its header.
  ///
  /// Throws as the base store does; `snapshotTooOld` when something that was read before has changed; `unavailable` when the row was locked for
  /// longer than the options allow to wait.
  public func get(
    _ get: Get, in table: String, at snapshot: TwoPhaseSnapshot
  ) async throws(StoreError) -> RowResult? {
    try await self.get([get], in: table, at: snapshot)[0]
  }

  /// Reads rows with their headers, all at once.
  ///
  /// Throws as the read of one row does.
  public func get(
    _ gets: [Get], in table: String, at snapshot: TwoPhaseSnapshot
  ) async throws(StoreError) -> [RowResult?] {
    let results = await concurrently(gets, atMost: options.locks.callsInFlightMax) { get in
      await Result { () async throws(StoreError) in try await self.stableRow(get, in: table) }
    }
    var rows: [RowResult?] = []
    var names: Set<TransactionRow> = []
    for (get, result) in zip(gets, results) {
      let row = try result.get()
      rows.append(row)
      if get.cellsMax == 0 { continue }
      let name = TransactionRow(table: table, row: get.row)
      names.insert(name)
      if !snapshot.note(name, row?.header) { throw Self.tooOld }
    }
    // One row alone is of one moment; several were read one after the other.
    try await requireUnchanged(snapshot, without: names.count == 1 ? names : [])
    return zip(gets, rows).map { get, row in
      get.selectsHeader ? row : row?.withoutLock(cellsMax: get.cellsMax)
    }
  }

  /// Reads a row when no commit is under way on it.
  func stableRow(_ get: Get, in table: String) async throws(StoreError) -> RowResult? {
    var read = get.selectsHeader ? get : get.withHeader()
    read.filter = read.filter?.orLock
    for _ in 0..<Self.lockedReadsMax {
      let row = try await base.get(read, in: table)
      guard let header = row?.header.flatMap(LockHeader.init(decoding:)), header.state != .stable
      else { return row }
      let name = TransactionRow(table: table, row: get.row)
      switch try await resolver.waitUntilSettled(name, atMost: options.locks.waitMax) {
      case .stable: continue
      case .unknown: return row
      case .undecided:
        throw StoreError(
          .unavailable,
          "row '\(name.row)' of table '\(table)' is locked by \(header.transactionID), which has not ended within \(options.locks.waitMax)"
        )
      }
    }
    throw LockResolver<Base>.restless(TransactionRow(table: table, row: get.row))
  }

  /// How often a row is read that is locked again each time.
  private static var lockedReadsMax: Int { 64 }

  /// Refuses to read on when something that was read has changed.
  func requireUnchanged(
    _ snapshot: TwoPhaseSnapshot, without fresh: Set<TransactionRow>
  ) async throws(StoreError) {
    let changed = try await base.firstChange(
      of: snapshot.dependencies(without: fresh), snapshot, atMost: options.locks.callsInFlightMax)
    if changed != nil { throw Self.tooOld }
  }

  static var tooOld: StoreError {
    StoreError(.snapshotTooOld, "something that was read before has changed since")
  }

  /// Begins a scan of rows with their headers, which are read by pages.
  ///
  /// Throws as the read of one row does.
  public func scan(
    _ scan: Scan, in table: String, at snapshot: TwoPhaseSnapshot
  ) async throws(StoreError) -> TwoPhaseCursor<Base> {
    var read = scan
    read.columns = scan.columns.withHeader()
    // Rows that the filter passes over count as scanned, too.
    read.filter = scan.filter?.orLock
    read.cellsPerBatchMax = nil
    let number = snapshot.beginRange(
      UnchangedRange(table: table, rows: KeyRange(from: scan.rows.start, to: scan.rows.start)))
    return TwoPhaseCursor(
      try await base.scan(read, in: table),
      TwoPhasePages(
        self, snapshot, read, table: table, rangeNumber: number,
        cellsPerBatchMax: scan.cellsPerBatchMax))
  }
}

extension Get {
  /// Whether the row's header is among what is read; a filter is told apart.
  var selectsHeader: Bool {
    columns.contains(family: LockColumn.header.family, qualifier: LockColumn.header.qualifier)
      && startingAt == nil
  }
}
