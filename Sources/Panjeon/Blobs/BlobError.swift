// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// What went wrong with a large value.
public struct BlobError: Error, Sendable {
  /// What kind of error this is.
  ///
  /// New codes may be added.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    private enum Kind: String {
      case notFound, checksumMismatch, tooLarge, invalidArgument, unavailable, unauthorized
      case misconfigured, locked, noSpace, io, closed, cancelled
    }

    private let kind: Kind

    private init(_ kind: Kind) { self.kind = kind }

    /// There is no value under the key.
    public static let notFound = Code(.notFound)
    /// The bytes are not those that were put: their number or their SHA-256 is another.
    public static let checksumMismatch = Code(.checksumMismatch)
    /// The value, or the part asked for, is larger than the store takes or hands out in memory.
    public static let tooLarge = Code(.tooLarge)
    /// An argument has no meaning; the message says why.
    ///
    /// Nothing was written.
    public static let invalidArgument = Code(.invalidArgument)
    /// The store cannot be reached, or is overloaded, for as long as it was tried: later it may do.
    ///
    /// A value that was to be put may be there or not, one that was to be deleted may be there still.
    public static let unavailable = Code(.unavailable)
    /// The store does not let these credentials do this.
    public static let unauthorized = Code(.unauthorized)
    /// The store is not as it was described: no such bucket, another region, a directory that holds something else.
    public static let misconfigured = Code(.misconfigured)
    /// Somebody else has the store open.
    public static let locked = Code(.locked)
    /// There is no room left.
    public static let noSpace = Code(.noSpace)
    /// The operating system refused an operation on a file, or the service gave an answer that makes no sense.
    ///
    /// A value that was to be put may be there or not, one that was to be deleted may be there still.
    public static let io = Code(.io)
    /// The store has been closed.
    public static let closed = Code(.closed)
    /// The task was cancelled.
    ///
    /// A value that was to be put may be there or not, one that was to be deleted may be there still.
    public static let cancelled = Code(.cancelled)

    /// The code's name.
    public var description: String { kind.rawValue }
  }

  private final class Storage: Sendable {
    let code: Code
    let message: String
    let key: BlobKey?
    let cause: (any Error)?

    init(code: Code, message: String, key: BlobKey?, cause: (any Error)?) {
      self.code = code
      self.message = message
      self.key = key
      self.cause = cause
    }
  }

  private let storage: Storage

  /// Creates an error.
  public init(_ code: Code, _ message: String, key: BlobKey? = nil, cause: (any Error)? = nil) {
    storage = Storage(code: code, message: message, key: key, cause: cause)
  }

  /// What kind of error this is.
  public var code: Code { storage.code }
  /// What happened and what to do, for people; no keys and no credentials are in it.
  public var message: String { storage.message }
  /// The value concerned, if there is one.
  public var key: BlobKey? { storage.key }
  /// The error behind this one, if there is one.
  public var cause: (any Error)? { storage.cause }
}

extension BlobError {
  /// An error of the files beneath.
  package init(_ error: StoreError, key: BlobKey? = nil) {
    let code: Code =
      switch error.code {
      case .noSpace: .noSpace
      case .locked: .locked
      case .closed: .closed
      case .invalidArgument: .invalidArgument
      default: .io
      }
    self.init(code, error.message, key: key, cause: error)
  }

  static func missing(_ key: BlobKey) -> BlobError {
    BlobError(.notFound, "there is no value under the key", key: key)
  }

  package static let cancelled = BlobError(.cancelled, "the task was cancelled")
}

extension BlobError: CustomStringConvertible {
  /// The code, the message, the beginning of the key, and the cause.
  public var description: String {
    var text = "\(code): \(message)"
    if let key { text += " [blob \(key)]" }
    if let cause { text += " (because of \(cause))" }
    return text
  }
}
