// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// What a collection of ghost rows has done.
public struct GhostRowCollection: Hashable, Sendable {
  /// How many rows were looked at.
  public var rowsScanned = 0

  /// How many rows were removed.
  public var rowsCollected = 0

  /// How many were ghosts too young to be removed.
  public var rowsTooYoung = 0

  /// How many had been written to between the look and the removal.
  public var rowsChanged = 0

  /// Where to go on when the limit of rows was reached; nil: the range was done with.
  public var next: RowKey?
}

extension TransactionManager {
  /// Removes the locks of rows that hold nothing else.
  ///
  /// A delete spares the lock family, so that the version of a row outlives its data; what is left is a ghost row, which no read of a
  /// transaction shows. The article *GhostRows* says when it may go, and why no stalled client can bring one back. Runs beside
  /// transactions; what it removes it removes row by row, on the condition that the header has not changed.
  ///
  /// - Parameters:
  ///   - table: A table with the family `!lock!`.
  ///   - rows: The rows to look at.
  ///   - age: How long ago the last transaction on a row must have been; by default a day. Longer than any client may take to
  ///     ask for the outcome of a transaction.
  ///   - rowsMax: How many rows to look at, at the most, at least one; nil for no limit.
  /// - Returns: What was done.
  /// - Throws: `invalidArgument` for a negative age, an inverted range, or no rows to look at; errors of the store: `noSuchTable`; `noSuchFamily` when the table has no locks.
  public func collectGhostRows(
    in table: String, rows: KeyRange = .all, olderThan age: Duration = .seconds(86_400),
    rowsMax: Int? = nil
  ) async throws(StoreError) -> GhostRowCollection {
    let schema = try await store.schema(of: table)
    guard schema.isTransactional else {
      throw StoreError(.noSuchFamily, "table '\(table)' has no locks, and so no ghost rows")
    }
    if let rowsMax, rowsMax < 1 {
      throw StoreError(.invalidArgument, "\(rowsMax) rows to look at; at least one")
    }
    if age < .zero { throw StoreError(.invalidArgument, "an age of \(age); at least zero") }
    let bound = youngestVersion(age)
    var collection = GhostRowCollection()
    // Three cells tell a ghost, which has one or two of the lock family, from a row with data.
    let scan = Scan(rows, rowsMax: rowsMax, cellsPerRowMax: 3)
    var cursor = try await store.scan(scan, in: table)
    while let row = try await cursor.next() {
      collection.rowsScanned += 1
      if collection.rowsScanned == rowsMax { collection.next = row.row.successor }
      guard row.allSatisfy({ $0.column.family == ColumnFamily.lockFamilyName }),
        let bytes = row.header, let header = LockHeader(decoding: bytes), header.state == .stable
      else { continue }
      if header.version >= bound {
        collection.rowsTooYoung += 1
      } else if try await remove(row.row, header: bytes, from: table) {
        collection.rowsCollected += 1
      } else {
        collection.rowsChanged += 1
      }
    }
    return collection
  }

  /// The least version that is too young.
  private func youngestVersion(_ age: Duration) -> UInt64 {
    let now = clock.presentMicroseconds()
    let (seconds, attoseconds) = age.components
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
    let (microseconds, overflows) = whole.addingReportingOverflow(attoseconds / 1_000_000_000_000)
    let (bound, underflow) = now.subtractingReportingOverflow(microseconds)
    return overflow || overflows || underflow ? 0 : UInt64(max(0, bound))
  }

  /// Removes the lock of a row if its header is still the one that was read: then nothing has been written to it since.
  private func remove(
    _ row: RowKey, header: Bytes, from table: String
  ) async throws(StoreError) -> Bool {
    var delete = Delete(row)
    delete.add(family: ColumnFamily.lockFamilyName)
    return try await store.checkAndMutate(
      CheckAndMutate([.equals(LockColumn.header, header)], delete.rowMutations), in: table,
      durability: .memory)
  }
}
