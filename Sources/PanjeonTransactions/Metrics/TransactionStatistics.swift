// SPDX-License-Identifier: Apache-2.0

/// What transactions of a manager have come to since it was made; all are totals.
public struct TransactionStatistics: Hashable, Sendable {
  /// Transactions committed, read-only ones included.
  public var commits: UInt64 = 0

  /// Transactions committed that wrote nothing.
  public var readOnlyCommits: UInt64 = 0

  /// Attempts that met a conflict.
  public var conflicts: UInt64 = 0

  /// Attempts that found the store too busy.
  public var unavailable: UInt64 = 0

  /// Attempts made after a conflict.
  public var retries: UInt64 = 0

  /// Batches built anew because rows that were only written had changed meanwhile; none of these is a conflict.
  public var blindRepeats: UInt64 = 0

  /// Transactions given up after their last attempt, or when their time was up.
  public var exhausted: UInt64 = 0

  /// Transactions ended by an error of their body or of the store, or by cancellation.
  public var failures: UInt64 = 0

  /// Commits that went unanswered.
  public var unanswered: UInt64 = 0

  /// Commits that went unanswered and could not be settled: `unknownOutcome` was thrown.
  public var unknownOutcomes: UInt64 = 0

  /// Times that a transaction was let go first.
  public var precedences: UInt64 = 0

  /// Commits that waited for one that went first.
  public var precedenceWaits: UInt64 = 0

  /// The time that committed transactions took, all attempts and waits between them included, in nanoseconds.
  public var commitNanoseconds: UInt64 = 0

  /// Creates a value of zeros.
  public init() {}
}

extension TransactionStatistics {
  /// The totals by name, in the order of their declaration.
  var totals: [(name: String, value: UInt64)] {
    [
      ("commits", commits), ("readOnlyCommits", readOnlyCommits), ("conflicts", conflicts),
      ("unavailable", unavailable), ("retries", retries), ("blindRepeats", blindRepeats),
      ("exhausted", exhausted), ("failures", failures), ("unanswered", unanswered),
      ("unknownOutcomes", unknownOutcomes), ("precedences", precedences),
      ("precedenceWaits", precedenceWaits), ("commitNanoseconds", commitNanoseconds),
    ]
  }

  /// The totals as one JSON object, in the order of their declaration.
  public var json: String {
    "{" + totals.map { "\"\($0.name)\": \($0.value)" }.joined(separator: ", ") + "}"
  }
}
