// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// The name of a piece of work that must be done once, however often it is asked for.
///
/// It is a cell, which is written in the transaction that does the work and holds its result.
public struct IdempotencyKey: Hashable, Sendable {
  /// The table that holds the cell; it must have the family `!lock!`.
  public var table: String

  /// The row, which only this piece of work uses: for example a request's id.
  public var row: RowKey

  /// The column.
  public var column: Column

  /// For how long the result is kept; nil (the default): as long as the family says.
  ///
  /// Afterwards the work would be done again.
  public var timeToLive: Duration?

  /// Creates a name.
  public init(table: String, row: RowKey, column: Column, timeToLive: Duration? = nil) {
    self.table = table
    self.row = row
    self.column = column
    self.timeToLive = timeToLive
  }
}

extension TransactionManager {
  /// Runs `body` as a transaction that takes effect once for each key: when it was committed before, in whichever process or life of
  /// the store, its result is returned and nothing done.
  ///
  /// Two at once with one key conflict; the one that comes second finds the result of the first. A commit that went
  /// unanswered may be run again whatever became of it. After `unknownOutcome`, or the death of the process, call it again with
  /// the same key. The idea of idempotency keys; FoundationDB's idempotency ids are alike.
  ///
  /// - Parameters:
  ///   - key: The name of the work.
  ///   - options: Durability, attempts, deadline, limits.
  ///   - body: Does the work, and returns what is to be kept of it; at most as many bytes as a value may have.
  /// - Returns: What `body` returned when it was committed.
  /// - Throws: As ``withTransaction(_:_:)``.
  public func withIdempotentTransaction(
    _ key: IdempotencyKey, _ options: TransactionOptions = TransactionOptions(),
    _ body: (inout Transaction<Store>) async throws -> Bytes
  ) async throws -> Bytes {
    var columns = ColumnSelection()
    columns.add(family: key.column.family, qualifier: key.column.qualifier)
    let get = Get(key.row, columns: columns)
    return try await retrying(options, isIdempotent: true) { transaction in
      if let done = try await transaction.get(get, in: key.table)?.first { return done.value }
      let result = try await body(&transaction)
      let put = Mutation.put(
        key.column, timestamp: nil, value: result, timeToLive: key.timeToLive)
      try transaction.mutate(RowMutations(key.row, [put]), in: key.table)
      return result
    }
  }
}
