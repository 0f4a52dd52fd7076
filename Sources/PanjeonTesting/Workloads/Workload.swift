// SPDX-License-Identifier: Apache-2.0

/// Transactions that show whether a store keeps its promises.
///
/// A workload is a function of its seed: which transaction has which number, and what it does next once it has read
/// something. It knows nothing of stores; ``WorkloadRunner`` runs it on one and writes the history down. What the
/// history shows is judged by ``HistoryChecker``, and by ``violations(in:)`` for what must hold beside the level.
public protocol Workload: Sendable {
  /// How ids of ranges lie in the store; by default each in a row of its own.
  var rangeLayout: RangeLayout { get }

  /// What is run alone, in this order, before everything else.
  var first: [WorkloadTransaction] { get }

  /// One of the transactions that clients run at the same time.
  ///
  /// - Parameter number: Counted from zero; no two transactions of a run have the same.
  /// - Returns: The transaction, always the same for a number.
  func transaction(_ number: Int) -> WorkloadTransaction

  /// What is run alone at the end: it reads whatever the others may have written.
  ///
  /// - Parameter count: One more than the greatest number of a transaction that was begun.
  /// - Returns: Transactions that only read.
  func last(after count: Int) -> [WorkloadTransaction]

  /// What a history of this workload shows that must never be.
  ///
  /// - Parameter history: The history, not necessarily of a run of the same seed.
  /// - Returns: A sentence for each violation, the first ones only; none when all is well.
  func violations(in history: History) -> [String]
}

extension Workload {
  /// Each id in a row of its own.
  public var rangeLayout: RangeLayout { .rows }

  /// Nothing.
  public var first: [WorkloadTransaction] { [] }

  /// Nothing beside the level.
  public func violations(in history: History) -> [String] { [] }
}

/// How the ids of a range lie in a store.
public enum RangeLayout: String, Hashable, Sendable {
  /// Each id is a row; a scan is one of rows.
  case rows
  /// Each id is a column of one row; a scan reads the row.
  case columns
  /// The range is one integer, to which an id adds 4 to the power of itself without reading; ids are 0 to 30. An id that
  /// was added twice is read twice.
  case counter
}

/// What one transaction of a workload does.
public struct WorkloadTransaction: Sendable {
  /// The operations, if they do not depend on what is read; else empty.
  public let planned: [MicroOperation]

  /// Whether it writes nothing whatever it reads, so that a snapshot does for it.
  public let isReadOnly: Bool

  private let decide: @Sendable ([MicroOperation]) -> MicroOperation?

  /// A transaction of fixed operations.
  ///
  /// - Parameter operations: In order; reads and scans with nil for what they find.
  public init(_ operations: [MicroOperation]) {
    planned = operations
    isReadOnly = operations.allSatisfy { !$0.isWrite }
    decide = { operations.count > $0.count ? operations[$0.count] : nil }
  }

  /// A transaction whose operations follow from what it reads.
  ///
  /// - Parameters:
  ///   - isReadOnly: Whether it writes nothing.
  ///   - decide: Given what has been done, with what was read, says what to do next; nil at the end. It must write no value to a key
  ///     that another transaction writes to it, or this one twice.
  public init(
    isReadOnly: Bool = false, _ decide: @escaping @Sendable ([MicroOperation]) -> MicroOperation?
  ) {
    planned = []
    self.isReadOnly = isReadOnly
    self.decide = decide
  }

  /// What to do next.
  ///
  /// - Parameter done: What has been done, with what was read.
  /// - Returns: The next operation; nil at the end.
  public func next(after done: [MicroOperation]) -> MicroOperation? {
    decide(done)
  }
}
