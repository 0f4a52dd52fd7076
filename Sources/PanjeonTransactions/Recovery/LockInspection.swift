// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// A lock that is not stable: a commit in two phases is under way on its row, or was when its owner died.
public struct RowLock: Hashable, Sendable {
  /// What has become of the transaction that owns a lock, as far as can be told.
  public enum Decision: Hashable, Sendable {
    /// Neither committed nor aborted yet.
    case undecided

    /// It was committed; what it intends is to be made.
    case committed

    /// It was aborted, or cannot be committed any more since its primary is not locked by it.
    case aborted

    /// The lock does not say where the decision is: its intents are missing, or of a format that this version does not know.
    case unknown
  }

  /// The row.
  public var row: TransactionRow

  /// The lock's header; nil when it is of a format that this version does not know.
  public var header: LockHeader?

  /// The row whose header holds the decision, maybe this one; nil when the lock does not say.
  public var primary: TransactionRow?

  /// What has become of the owner.
  public var decision: Decision

  /// How long ago the owner chose the row's version, by the wall clock; zero for one of the future.
  public var age: Duration

  /// The transaction that owns the lock.
  public var owner: TransactionID? { header?.transactionID }
}

extension TransactionManager {
  /// Finds the locks of a table that are not stable.
  ///
  /// Reads one snapshot, over a ``TwoPhaseStore`` the rows one after the other, waits for nobody and writes nothing; it takes as long as a scan of the lock family. The commit in one batch never leaves
  /// such a lock.
  ///
  /// - Parameters:
  ///   - table: A table with the family `!lock!`.
  ///   - rows: The rows to look at.
  ///   - age: How old a lock must be to be returned; by default of any age.
  ///   - locksMax: How many to return at the most, at least one; by default 1,000.
  /// - Returns: The locks, in the order of their rows.
  /// - Throws: `invalidArgument` for a negative age, an inverted range, or no locks to return; `noSuchFamily` for a table without locks;
  ///   errors of the store.
  public func unstableLocks(
    in table: String, rows: KeyRange = .all, olderThan age: Duration = .zero, locksMax: Int = 1000
  ) async throws(StoreError) -> [RowLock] {
    if locksMax < 1 {
      throw StoreError(.invalidArgument, "\(locksMax) locks to return; at least one")
    }
    if age < .zero { throw StoreError(.invalidArgument, "an age of \(age); at least zero") }
    var columns = ColumnSelection()
    columns.add(family: ColumnFamily.lockFamilyName)
    let scan = Scan(rows, columns: columns)
    try scan.validate()
    if store.hasSnapshots {
      let snapshot = try store.snapshot(.visible)
      var cursor = try await store.scan(scan, in: table, at: snapshot)
      return try await locks(of: &cursor, in: table, at: snapshot, age, locksMax)
    }
    var cursor = try await store.scan(scan, in: table)
    return try await locks(of: &cursor, in: table, at: nil, age, locksMax)
  }

  private func locks<Cursor: RowCursor>(
    of cursor: inout Cursor, in table: String, at snapshot: Store.Snapshot?, _ age: Duration,
    _ locksMax: Int
  ) async throws(StoreError) -> [RowLock] {
    var locks: [RowLock] = []
    while locks.count < locksMax, let row = try await cursor.next() {
      guard let bytes = row.header else { continue }
      let header = LockHeader(decoding: bytes)
      if header?.state == .stable { continue }
      let lock = try await lock(
        TransactionRow(table: table, row: row.row), header, row, at: snapshot)
      if lock.age >= age { locks.append(lock) }
    }
    return locks
  }

  private func lock(
    _ name: TransactionRow, _ header: LockHeader?, _ row: RowResult, at snapshot: Store.Snapshot?
  ) async throws(StoreError) -> RowLock {
    let known = LockCells(name, row).lock
    var primary = known?.primary
    if known == nil, header?.state == .committed || header?.state == .aborted {
      // Only a primary is ever in one of these states.
      primary = name
    }
    var lock = RowLock(
      row: name, header: header, primary: primary, decision: .unknown, age: age(of: header))
    guard let header, let primary else { return lock }
    if primary == name {
      lock.decision = header.ownDecision
    } else if let known {
      let deciding =
        if let snapshot { try await store.decidingRow(primary, at: snapshot) } else {
          try await store.decidingRow(primary)
        }
      lock.decision = known.decision(deciding)
    }
    return lock
  }

  private func age(of header: LockHeader?) -> Duration {
    guard let header else { return .zero }
    let now = clock.presentMicroseconds()
    let begin = Int64(clamping: header.version)
    return begin < now ? .microseconds(now - begin) : .zero
  }
}
