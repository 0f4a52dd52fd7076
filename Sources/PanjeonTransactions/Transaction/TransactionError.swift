// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// An error of a transaction.
///
/// Match on `code`. Errors of the store pass through as `StoreError`, errors of the transaction's body
/// as they are.
public struct TransactionError: Error, Sendable {
  /// What kind of error this is; new codes may be added.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    private enum Kind: String {
      case conflict, retriesExhausted, deadlineExceeded, tooLarge, unknownOutcome, misuse
    }

    private let kind: Kind

    private init(_ kind: Kind) {
      self.kind = kind
    }

    /// Another transaction changed what this one read or wrote; nothing was written.
    public static let conflict = Code(.conflict)
    /// Every attempt met a conflict; nothing was written.
    public static let retriesExhausted = Code(.retriesExhausted)
    /// Time ran out between two attempts; nothing was written.
    public static let deadlineExceeded = Code(.deadlineExceeded)
    /// The transaction reads or writes more than its options allow; nothing was written.
    public static let tooLarge = Code(.tooLarge)
    /// The transaction may or may not have been committed; ``TransactionManager/resolve(_:)`` finds out.
    public static let unknownOutcome = Code(.unknownOutcome)
    /// The transaction was asked for something that has no meaning; nothing was written.
    public static let misuse = Code(.misuse)

    /// The code's name.
    public var description: String { kind.rawValue }
  }

  /// What kind of error this is.
  public let code: Code

  /// What happened, for people.
  public let message: String

  /// The row that conflicted, where one did.
  public let row: TransactionRow?

  /// What is needed to find out how a transaction of unknown outcome ended.
  public let inDoubt: InDoubtTransaction?

  /// The error behind this one.
  public let cause: (any Error)?

  init(
    _ code: Code, _ message: String, row: TransactionRow? = nil,
    inDoubt: InDoubtTransaction? = nil, cause: (any Error)? = nil
  ) {
    self.code = code
    self.message = message
    self.row = row
    self.inDoubt = inDoubt
    self.cause = cause
  }

  /// Whether a lock is in the way and not another transaction's commit: to go before others does not take it away.
  private(set) var isByLock = false

  /// A row that a commit in two phases holds.
  static func locked(_ row: TransactionRow) -> TransactionError {
    var error = TransactionError(
      .conflict, "the row is locked by a commit in two phases", row: row)
    error.isByLock = true
    return error
  }
}

extension TransactionError: CustomStringConvertible {
  /// The code, the message, the row and the cause.
  public var description: String {
    var text = "\(code): \(message)"
    if let row { text += " [row '\(row.row)' of table '\(row.table)']" }
    if let cause { text += " (because of \(cause))" }
    return text
  }
}

/// A row of a table.
public struct TransactionRow: Hashable, Sendable {
  /// The table's name.
  public var table: String

  /// The row's key.
  public var row: RowKey

  /// Creates the name of a row.
  public init(table: String, row: RowKey) {
    self.table = table
    self.row = row
  }
}

extension TransactionRow: Comparable {
  /// Whether `left` sorts before `right`: by table, then by row.
  public static func < (left: TransactionRow, right: TransactionRow) -> Bool {
    left.table == right.table ? left.row < right.row : left.table < right.table
  }
}

/// A transaction whose commit went unanswered.
public struct InDoubtTransaction: Hashable, Sendable {
  /// The transaction.
  public let id: TransactionID

  /// A row that it writes.
  public let row: TransactionRow

  /// The row's header as it was before; nil for none.
  public let headerBefore: Bytes?

  /// The life of the store in which it was under way; in another one its outcome cannot be told from what is not there.
  public let incarnation: StoreIncarnation

  /// Creates what is needed to resolve a transaction, for one whose error was kept elsewhere.
  ///
  /// Without the incarnation it must be resolved on no other than the store it was under way in.
  public init(
    id: TransactionID, row: TransactionRow, headerBefore: Bytes?,
    incarnation: StoreIncarnation = .unknown
  ) {
    self.incarnation = incarnation
    self.id = id
    self.row = row
    self.headerBefore = headerBefore
  }
}

/// What became of a transaction of unknown outcome.
public enum TransactionOutcome: Hashable, Sendable {
  /// It was committed.
  case committed

  /// It was not, and never will be.
  case aborted

  /// A later transaction has changed the row, or the store is in another life (`StoreIncarnation`), restored from a moment
  /// that may lie before the commit; it can no longer be told.
  case overwritten
}
