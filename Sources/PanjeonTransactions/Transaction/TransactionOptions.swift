// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// How a transaction is run.
///
/// What makes no sense, fewer than one attempt or a negative time or size, is refused before the body runs (`misuse`).
public struct TransactionOptions: Hashable, Sendable {
  /// What the commit survives when it returns; by default `disk`.
  public var durability: Durability

  /// How often the body is run at the most; by default 64.
  public var attemptsMax: Int

  /// How long all attempts may take together; by default 30 s.
  public var deadline: Duration

  /// The bound of the first wait between attempts; it doubles with each; by default 0.5 ms.
  public var backoffBase: Duration

  /// The bound of every wait between attempts; by default 100 ms.
  public var backoffMax: Duration

  /// After how many conflicts the transaction goes first; by default 8.
  ///
  /// Others of the same manager that write what it depended on in its last attempt then wait before their commit. One
  /// transaction at a time goes first.
  public var attemptsBeforePrecedence: Int

  /// How long others wait for an attempt that goes first, and this one for others that do, at the most; by default 1 s.
  public var precedenceMax: Duration

  /// How many rows may be read, scanned ones included; by default 8,192.
  public var rowsReadMax: Int

  /// How many rows may be written; by default 4,096.
  public var rowsWrittenMax: Int

  /// How many bytes may be written; by default 16 MiB.
  public var bytesWrittenMax: Int

  /// Creates options.
  public init(
    durability: Durability = .disk, attemptsMax: Int = 64, deadline: Duration = .seconds(30),
    backoffBase: Duration = .microseconds(500), backoffMax: Duration = .milliseconds(100),
    attemptsBeforePrecedence: Int = 8, precedenceMax: Duration = .seconds(1),
    rowsReadMax: Int = 8192, rowsWrittenMax: Int = 4096, bytesWrittenMax: Int = 16 << 20
  ) {
    self.durability = durability
    self.attemptsMax = attemptsMax
    self.deadline = deadline
    self.backoffBase = backoffBase
    self.backoffMax = backoffMax
    self.attemptsBeforePrecedence = attemptsBeforePrecedence
    self.precedenceMax = precedenceMax
    self.rowsReadMax = rowsReadMax
    self.rowsWrittenMax = rowsWrittenMax
    self.bytesWrittenMax = bytesWrittenMax
  }
}

extension TransactionOptions {
  /// Refuses what makes no sense.
  ///
  /// Throws `misuse`.
  func validate() throws(TransactionError) {
    try Self.require(attemptsMax, "attemptsMax", min: 1)
    try Self.require(attemptsBeforePrecedence, "attemptsBeforePrecedence", min: 1)
    try Self.require(precedenceMax, "precedenceMax", max: .seconds(3600))
    try Self.require(rowsReadMax, "rowsReadMax", min: 0)
    try Self.require(rowsWrittenMax, "rowsWrittenMax", min: 0)
    try Self.require(bytesWrittenMax, "bytesWrittenMax", min: 0)
    try Self.require(deadline, "deadline", max: nil)
    try Self.require(backoffBase, "backoffBase", max: .seconds(3600))
    try Self.require(backoffMax, "backoffMax", max: .seconds(3600))
  }

  private static func require(
    _ value: Int, _ name: StaticString, min: Int
  ) throws(TransactionError) {
    if value >= min { return }
    throw TransactionError(.misuse, "\(name) is \(value); it must be at least \(min)")
  }

  private static func require(
    _ value: Duration, _ name: StaticString, max: Duration?
  ) throws(TransactionError) {
    if value < .zero { throw TransactionError(.misuse, "\(name) is \(value); it is negative") }
    guard let max, value > max else { return }
    throw TransactionError(.misuse, "\(name) is \(value); it must be at most \(max)")
  }
}
