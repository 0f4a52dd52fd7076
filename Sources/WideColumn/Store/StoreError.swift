// SPDX-License-Identifier: Apache-2.0

/// An error of a wide-column store.
///
/// Match on `code`; the message is for people and names the file, the offset and what to do where there is
/// something to be done.
public struct StoreError: Error, Sendable {
  /// What kind of error this is.
  ///
  /// New codes may be added.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    private enum Kind: String {
      case noSuchTable, tableExists, noSuchFamily, invalidArgument, limitExceeded
      case notAStore, unsupportedFormat, unsupportedCompression, locked, corruption, io, noSpace
      case writableByOthers, readOnly, closed, unavailable, unknownOutcome, wouldBlock
      case snapshotTooOld
    }

    private let kind: Kind

    private init(_ kind: Kind) {
      self.kind = kind
    }

    /// The table does not exist.
    public static let noSuchTable = Code(.noSuchTable)
    /// A table of that name exists.
    public static let tableExists = Code(.tableExists)
    /// The table has no such column family.
    public static let noSuchFamily = Code(.noSuchFamily)
    /// An argument has no meaning; the message says why.
    ///
    /// Nothing was written.
    public static let invalidArgument = Code(.invalidArgument)
    /// An argument is larger than the store accepts.
    ///
    /// Nothing was written.
    public static let limitExceeded = Code(.limitExceeded)
    /// The directory does not hold a store.
    public static let notAStore = Code(.notAStore)
    /// The store was written by a newer version of the library.
    public static let unsupportedFormat = Code(.unsupportedFormat)
    /// A file needs a codec that this build leaves out.
    public static let unsupportedCompression = Code(.unsupportedCompression)
    /// Another process or handle has the store open for writing.
    public static let locked = Code(.locked)
    /// Bytes on disk are not what was written.
    public static let corruption = Code(.corruption)
    /// The operating system refused an operation on a file.
    public static let io = Code(.io)
    /// The file system is full.
    public static let noSpace = Code(.noSpace)
    /// Others than the user of this process may change the store's files, so that nothing in them can be trusted.
    public static let writableByOthers = Code(.writableByOthers)
    /// The store does not take writes: it was opened so, or an earlier error made it so.
    public static let readOnly = Code(.readOnly)
    /// The store has been closed.
    public static let closed = Code(.closed)
    /// The operation was certainly not applied and may be tried again.
    public static let unavailable = Code(.unavailable)
    /// The operation may or may not have been applied; read to find out.
    public static let unknownOutcome = Code(.unknownOutcome)
    /// The snapshot is older than the store lets one become; what it sees may be gone.
    ///
    /// Take another; a transaction must be run again from its beginning.
    public static let snapshotTooOld = Code(.snapshotTooOld)
    /// Inside the library: the data is not in memory and the caller must not block.
    package static let wouldBlock = Code(.wouldBlock)

    /// The code's name.
    public var description: String { kind.rawValue }
  }

  private final class Storage: Sendable {
    let code: Code
    let message: String
    let file: String?
    let offset: UInt64?
    let rows: KeyRange?
    let cause: (any Error)?

    init(
      code: Code, message: String, file: String?, offset: UInt64?, rows: KeyRange?,
      cause: (any Error)?
    ) {
      self.code = code
      self.message = message
      self.file = file
      self.offset = offset
      self.rows = rows
      self.cause = cause
    }
  }

  private let storage: Storage

  /// Creates an error.
  public init(
    _ code: Code, _ message: String, file: String? = nil, offset: UInt64? = nil,
    rows: KeyRange? = nil, cause: (any Error)? = nil
  ) {
    storage = Storage(
      code: code, message: message, file: file, offset: offset, rows: rows, cause: cause)
  }

  /// What kind of error this is.
  public var code: Code { storage.code }
  /// What happened and what to do, for people.
  public var message: String { storage.message }
  /// The file concerned, if there is one.
  public var file: String? { storage.file }
  /// The place in the file, in bytes from its beginning, if it is known.
  public var offset: UInt64? { storage.offset }
  /// The rows that are concerned, if that is known: of corruption, those that may be damaged; all others are not.
  public var rows: KeyRange? { storage.rows }
  /// The error behind this one, if there is one.
  public var cause: (any Error)? { storage.cause }
}

extension StoreError: CustomStringConvertible {
  /// The code, the message, the file and offset, and the cause.
  public var description: String {
    var text = "\(code): \(message)"
    if let file {
      text += " [\(file)"
      if let offset { text += " at byte \(offset)" }
      text += "]"
    }
    if let rows { text += " (rows \(rows))" }
    if let cause { text += " (because of \(cause))" }
    return text
  }
}
