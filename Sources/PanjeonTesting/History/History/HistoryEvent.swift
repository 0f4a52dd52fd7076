// SPDX-License-Identifier: Apache-2.0

/// One line of a history: a process begins a transaction, or learns what became of it.
public struct HistoryEvent: Hashable, Sendable {
  /// What happened.
  public enum Kind: String, Hashable, Sendable {
    /// The transaction is about to begin.
    case invoke
    /// It committed.
    case ok
    /// It surely did not happen.
    case fail
    /// It may have happened, now or later.
    case info
  }

  /// Who; does one thing at a time, and nothing more after an `info`.
  public var process: Int
  /// What.
  public var kind: Kind
  /// When, in nanoseconds of one monotonic clock: before the call for an `invoke`, after it for the others.
  public var time: Int
  /// The micro-operations, in order.
  ///
  /// An `invoke` that does not know them yet has none; else each completion repeats them, and `fail` and `info` may leave out
  /// the last ones.
  public var value: [MicroOperation]

  /// Describes an event.
  ///
  /// - Parameters:
  ///   - process: Who.
  ///   - kind: What happened.
  ///   - time: When, in nanoseconds.
  ///   - value: The micro-operations.
  public init(process: Int, kind: Kind, time: Int, value: [MicroOperation]) {
    self.process = process
    self.kind = kind
    self.time = time
    self.value = value
  }

  /// The event as a line of a history file, without the line break.
  public var jsonLine: String {
    JSONText.object([
      ("process", String(process)), ("type", JSONText.quoted(kind.rawValue)),
      ("time", String(time)), ("value", JSONText.array(value.map(\.description))),
    ])
  }
}
