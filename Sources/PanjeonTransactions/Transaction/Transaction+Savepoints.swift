// SPDX-License-Identifier: Apache-2.0

/// A place within a transaction to which its changes can be taken back.
public struct Savepoint: Hashable, Sendable {
  let transactionID: TransactionID
  let number: UInt64
}

extension Transaction {
  /// Marks this place, to come back to with ``rollBack(to:)``.
  ///
  /// Costs nothing but what is then noted of each change. Savepoints nest.
  public mutating func setSavepoint() -> Savepoint {
    Savepoint(transactionID: id, number: undoLog.mark(hooks.counts))
  }

  /// Takes back the changes that were made since a savepoint, which stays; those set behind it are gone.
  ///
  /// What was **read** since stays read: the program has gone on by it. So a row, or a range, that was read behind the savepoint
  /// conflicts with others' changes as before, and a row that was only written conflicts with nothing any more. Hooks that
  /// were added since are taken back, values are not.
  ///
  /// Throws `misuse` when the savepoint is another transaction's, of another attempt, or gone.
  public mutating func rollBack(to savepoint: Savepoint) throws {
    guard savepoint.transactionID == id,
      let (changes, counts) = undoLog.takeChanges(behind: savepoint.number)
    else { throw Self.noSuchSavepoint }
    for change in changes { undo(change) }
    hooks.shorten(to: counts)
  }

  /// Forgets a savepoint and those set behind it; the changes stay.
  ///
  /// Nobody needs to, but for a transaction that sets very many. Throws `misuse` as ``rollBack(to:)``.
  public mutating func release(_ savepoint: Savepoint) throws {
    guard savepoint.transactionID == id, undoLog.release(savepoint.number) else {
      throw Self.noSuchSavepoint
    }
  }

  /// Runs `body`, and takes its changes back if it throws.
  ///
  /// A transaction within the transaction: it commits with the outer one or not at all. Returns and throws what `body`
  /// does. After an error that the outer body catches the transaction may go on.
  public mutating func withSavepoint<R>(
    _ body: (inout Transaction) async throws -> R
  ) async throws -> R {
    let savepoint = setSavepoint()
    let result: R
    do {
      result = try await body(&self)
    } catch {
      // It is gone when the body has gone back further; so are its changes, then.
      try? rollBack(to: savepoint)
      _ = undoLog.release(savepoint.number)
      throw error
    }
    guard undoLog.release(savepoint.number) else { throw Self.noSuchSavepoint }
    return result
  }

  private static var noSuchSavepoint: TransactionError {
    TransactionError(
      .misuse, "there is no such savepoint (any more) in this attempt of the transaction")
  }
}
