// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// The header of a row's lock: who changed the row last, and in which state that left it.
///
/// 31 bytes, integers little-endian; see the page *Formats/LockHeaderFormat*:
///
///     header = format(1)=1 state(1) outcome(1) step(4) version(8) id-high(8) id-low(8)
///
/// A row without a header is stable at version zero. The encoding is canonical: equal headers have equal bytes,
/// so that a condition may compare them. After Haeinsa's row lock, with a transaction id and a version that only
/// grows in place of its wall-clock timestamp.
public struct LockHeader: Hashable, Sendable {
  /// The state of a lock.
  public enum State: UInt8, Hashable, Sendable {
    /// No transaction is under way on the row.
    case stable = 1
    /// A transaction has written its intents.
    case prewritten = 2
    /// Reserved: no version of this library has written it, and who meets it leaves it as it is.
    case aborted = 3
    /// The row is the primary of a transaction that is committed and not yet applied everywhere.
    case committed = 4
  }

  /// How the last transaction on the row ended.
  public enum Outcome: UInt8, Hashable, Sendable {
    /// It has not ended.
    case none = 0
    /// Its changes were made.
    case committed = 1
    /// Its changes were not made.
    case aborted = 2
  }

  /// The state of the lock.
  public var state: State

  /// How the last transaction ended.
  public var outcome: Outcome

  /// Grows with every rewrite of the lock within a transaction.
  public var step: UInt32

  /// The row's version, in microseconds; grows with every transaction.
  public var version: UInt64

  /// The last transaction.
  public var transactionID: TransactionID

  /// Creates a header.
  public init(
    state: State, outcome: Outcome, step: UInt32, version: UInt64, transactionID: TransactionID
  ) {
    self.state = state
    self.outcome = outcome
    self.step = step
    self.version = version
    self.transactionID = transactionID
  }

  /// The header that a lock is given first.
  static func prewritten(_ id: TransactionID, version: UInt64) -> LockHeader {
    LockHeader(
      state: .prewritten, outcome: .none, step: 0, version: version, transactionID: id)
  }

  /// The header of the row once its transaction has ended.
  func settled(_ outcome: Outcome) -> LockHeader {
    LockHeader(
      state: .stable, outcome: outcome, step: 0, version: version, transactionID: transactionID)
  }

  /// The same lock, rewritten in a state.
  func rewritten(_ state: State) -> LockHeader {
    LockHeader(
      state: state, outcome: .none, step: step &+ 1, version: version,
      transactionID: transactionID)
  }

  /// Whether it is of the same commit.
  ///
  /// A transaction whose commit is built anew has a greater version each time, and what became of one is not what becomes of the next.
  func isOfSameCommit(as other: LockHeader) -> Bool {
    transactionID == other.transactionID && version == other.version
  }

  /// Whether it says that a transaction was committed.
  func isCommit(of transaction: TransactionID) -> Bool {
    transactionID == transaction && ownDecision == .committed
  }

  /// The number of bytes of an encoded header.
  public static let encodedBytes = 31

  private static let format: UInt8 = 1

  /// The header as it is stored.
  public func encode() -> Bytes {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.encodedBytes)
    bytes.append(contentsOf: [Self.format, state.rawValue, outcome.rawValue])
    for shift in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: step >> UInt32(shift * 8))) }
    for number in [version, transactionID.high, transactionID.low] {
      for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(shift * 8))) }
    }
    return Bytes(bytes)
  }

  /// Where the state is in a stored header.
  static let stateOffset = 1

  /// Decodes a stored header; nil when it is none that this version knows.
  public init?(decoding bytes: Bytes) {
    guard bytes.count == Self.encodedBytes,
      let header = unsafe bytes.withUnsafeBytes({ unsafe LockHeader(decodingRaw: $0) })
    else { return nil }
    self = header
  }

  /// Decodes as many bytes as a header has.
  private init?(decodingRaw bytes: UnsafeRawBufferPointer) {
    guard unsafe bytes[0] == Self.format, let state = unsafe State(rawValue: bytes[1]),
      let outcome = unsafe Outcome(rawValue: bytes[2])
    else { return nil }
    func number<N: FixedWidthInteger>(at start: Int, as type: N.Type) -> N {
      unsafe N(littleEndian: bytes.loadUnaligned(fromByteOffset: start, as: type))
    }
    self.init(
      state: state, outcome: outcome, step: number(at: 3, as: UInt32.self),
      version: number(at: 7, as: UInt64.self),
      transactionID: TransactionID(
        high: number(at: 15, as: UInt64.self), low: number(at: 23, as: UInt64.self)))
  }
}
