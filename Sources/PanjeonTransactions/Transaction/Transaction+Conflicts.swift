// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// Conflicts that a transaction asks for, beside those that follow from what it reads and writes. FoundationDB's conflict ranges.
extension Transaction {
  /// Has the transaction conflict with every change of a row since its snapshot, as if it had read the row.
  ///
  /// Reads the row's header alone. Throws as the read of a row does.
  public mutating func addReadConflict(row: RowKey, in table: String) async throws {
    let name = TransactionRow(table: table, row: row)
    try noteRead(name, try await read(.header(row), in: table))
  }

  /// Has the transaction conflict with every change in a range of rows since its snapshot, as if it had scanned the range.
  ///
  /// Reads nothing. Throws `invalidArgument` for an inverted range; `tooLarge` for more than as many as rows may be read;
  /// `noSuchTable` comes at the commit, if anything is written, and so does `invalidArgument` over a ``TwoPhaseStore``, unless the range was scanned as well:
  /// a store without snapshots cannot tell what it was.
  public mutating func addReadConflict(rows: KeyRange, in table: String) throws {
    try rows.requireInOrder("the rows of a read conflict")
    if ranges.count >= options.rowsReadMax {
      throw TransactionError(
        .tooLarge, "a transaction that depends on more than \(options.rowsReadMax) ranges")
    }
    ranges.append(UnchangedRange(table: table, rows: rows))
  }

  /// Has others that have read a row, or scanned it, conflict with this transaction, as if it wrote the row.
  ///
  /// The row gets a new version and no data; of a row that is not there that leaves a ghost row (see *GhostRows*). Throws
  /// `tooLarge`.
  public mutating func addWriteConflict(row: RowKey, in table: String) throws {
    try write([], to: TransactionRow(table: table, row: row))
  }
}
