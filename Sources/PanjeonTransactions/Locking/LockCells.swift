// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// The lock of a row as it was read.
struct LockCells: Sendable {
  let name: TransactionRow
  /// The header as it is stored; nil when there is none.
  let bytes: Bytes?
  /// Nil as well when it is none that this version knows.
  let header: LockHeader?
  /// What stands beside it, as it is stored.
  private let storedIntents: Bytes?

  init(_ name: TransactionRow, _ row: RowResult?) {
    self.name = name
    bytes = row?.header
    header = bytes.flatMap(LockHeader.init(decoding:))
    storedIntents = row?.value(
      family: LockColumn.intents.family, qualifier: LockColumn.intents.qualifier)
  }

  /// Whether no commit in two phases is under way on the row.
  var isStable: Bool { bytes == nil || header?.state == .stable }

  /// Why a lock that is not stable tells nobody what it comes to.
  var unreadable: StoreError {
    if header?.state != .prewritten, header?.state != .committed { return Self.unsupported(name) }
    return StoreError(
      .corruption, "the intents of row '\(name.row)' of table '\(name.table)' cannot be read")
  }

  static func unsupported(_ name: TransactionRow) -> StoreError {
    StoreError(
      .unsupportedFormat,
      "the lock of row '\(name.row)' of table '\(name.table)' is none that this version knows")
  }

  /// The lock with its intents; nil when it is stable, or not all of it is known to this version.
  var lock: Lock? {
    guard let bytes, let header, header.state == .prewritten || header.state == .committed,
      let intents = storedIntents.flatMap(LockIntents.init(decoding:))
    else { return nil }
    return Lock(name: name, bytes: bytes, header: header, intents: intents)
  }
}

/// A lock of a commit in two phases.
struct Lock: Sendable {
  let name: TransactionRow
  /// The header as it is stored, which every change of the lock compares.
  let bytes: Bytes
  let header: LockHeader
  let intents: LockIntents

  /// The row that holds the decision.
  var primary: TransactionRow { intents.primary ?? name }
}

/// The row that holds the decision on a transaction.
enum DecidingRow: Equatable, Sendable {
  /// Its header as it is stored; nil inside when it has none.
  case present(Bytes?)
  /// Its table is not there, or takes no part in transactions any more.
  case gone
}

extension WideColumnStore {
  /// Reads the lock of a row; that of a table that is not there, or has no locks, is absent.
  func lockCells(of name: TransactionRow) async throws(StoreError) -> LockCells {
    var columns = ColumnSelection()
    columns.add(family: ColumnFamily.lockFamilyName)
    return LockCells(name, try await read(Get(name.row, columns: columns), of: name))
  }

  /// Reads the header of a row as it is stored; nil when there is none.
  func header(of name: TransactionRow) async throws(StoreError) -> Bytes? {
    try await read(.header(name.row), of: name)?.header
  }

  /// Reads the header of a primary.
  func decidingRow(_ name: TransactionRow) async throws(StoreError) -> DecidingRow {
    try await unlessGone { () throws(StoreError) in
      .present(try await self.get(.header(name.row), in: name.table)?.header)
    } ?? .gone
  }

  private func read(
    _ get: Get, of name: TransactionRow
  ) async throws(StoreError) -> RowResult? {
    try await unlessGone { () throws(StoreError) in try await self.get(get, in: name.table) } ?? nil
  }
}

extension SnapshotStore {
  /// Reads the lock of a row.
  func lockCells(
    of name: TransactionRow, at snapshot: Snapshot
  ) async throws(StoreError) -> LockCells {
    var columns = ColumnSelection()
    columns.add(family: ColumnFamily.lockFamilyName)
    let row = try await unlessGone { () throws(StoreError) in
      try await self.get(Get(name.row, columns: columns), in: name.table, at: snapshot)
    }
    return LockCells(name, row ?? nil)
  }

  /// Reads the header of a primary.
  func decidingRow(
    _ name: TransactionRow, at snapshot: Snapshot
  ) async throws(StoreError) -> DecidingRow {
    try await unlessGone { () throws(StoreError) in
      .present(try await self.get(.header(name.row), in: name.table, at: snapshot)?.header)
    } ?? .gone
  }
}

/// What is read; nil when the table is not there, or has no locks.
private func unlessGone<R>(
  _ read: () async throws(StoreError) -> R
) async throws(StoreError) -> R? {
  do throws(StoreError) {
    return try await read()
  } catch {
    if error.code == .noSuchTable || error.code == .noSuchFamily { return nil }
    throw error
  }
}
