// SPDX-License-Identifier: Apache-2.0

/// An error of a datastore.
///
/// Match on `code`. Errors of the store and of transactions pass through as `StoreError` and `TransactionError`, those of encoding as `EncodingError`,
/// what triggers throw as it is.
public struct DatastoreError: Error, Sendable, CustomStringConvertible {
  /// What kind of error this is; new codes may be added.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    private enum Kind: String {
      case alreadyExists, uniqueViolation, malformed, indexNotReady, undeclared, schemaConflict
      case invalidCursor, sequenceTooOld, triggersTooDeep, migrationOrder, noDatastore
      case blobGone, blobTaken, invalidArgument
    }

    private let kind: Kind

    private init(_ kind: Kind) {
      self.kind = kind
    }

    /// There is a record under the key already.
    public static let alreadyExists = Code(.alreadyExists)
    /// A unique index, ``DatastoreError/index``, has the value already; ``DatastoreError/key`` is the object that has it.
    public static let uniqueViolation = Code(.uniqueViolation)
    /// What is stored is no record, no metadata or no entry: the key says where.
    public static let malformed = Code(.malformed)
    /// The index has not been built; see `Datastore.buildIndex(_:)`.
    public static let indexNotReady = Code(.indexNotReady)
    /// The type or the index is not in the datastore's schema, or not at this place of it.
    public static let undeclared = Code(.undeclared)
    /// Two types or indexes share a number, a name or a table, or have other ones than when the store was opened before.
    public static let schemaConflict = Code(.schemaConflict)
    /// The cursor comes of another read.
    public static let invalidCursor = Code(.invalidCursor)
    /// What was deleted since the sequence can no longer be told: everything must be read anew.
    public static let sequenceTooOld = Code(.sequenceTooOld)
    /// Triggers set off triggers, deeper than the options allow.
    public static let triggersTooDeep = Code(.triggersTooDeep)
    /// A migration stands before one that has been run already.
    public static let migrationOrder = Code(.migrationOrder)
    /// The transaction was not begun by a datastore.
    public static let noDatastore = Code(.noDatastore)

    /// An argument or an option has no meaning, or an id or an indexed value cannot be a part of a key; the message says why.
    public static let invalidArgument = Code(.invalidArgument)
    /// The large value was never put, or was collected since: put it again, under a new key.
    public static let blobGone = Code(.blobGone)
    /// A value cannot be put under a key that records refer to, nor can more records refer to one than 256; ``DatastoreError/key`` is one of them.
    public static let blobTaken = Code(.blobTaken)

    /// The code's name.
    public var description: String { kind.rawValue }
  }

  /// What kind of error this is.
  public let code: Code
  /// What happened, for people.
  public let message: String
  /// The object concerned, if there is one.
  public let key: AnyKey?
  /// The name of the index concerned, if there is one.
  public let index: String?
  /// The error behind this one, if there is one.
  public let cause: (any Error)?

  init(
    _ code: Code, _ message: String, key: AnyKey? = nil, index: String? = nil,
    cause: (any Error)? = nil
  ) {
    self.code = code
    self.message = message
    self.key = key
    self.index = index
    self.cause = cause
  }

  /// The code, the message, the key and the cause.
  public var description: String {
    var text = "\(code): \(message)"
    if let key { text += " [\(key)]" }
    if let cause { text += " (because of \(cause))" }
    return text
  }
}
