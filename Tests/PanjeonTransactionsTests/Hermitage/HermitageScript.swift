// SPDX-License-Identifier: Apache-2.0

/// What transactions do to rows of one number each, and in which order: an anomaly of Martin Kleppmann's Hermitage.
struct HermitageScript: Sendable, CustomStringConvertible {
  /// The rows at the beginning.
  static let rows = [1: 10, 2: 20]

  enum Step: Sendable {
    case put(Int, Int)
    case get(Int)
    /// Rows whose numbers fulfil a condition.
    case scan(Condition)
    /// Reads all rows, and adds to each.
    case addToAll(Int)
    /// Reads all rows, and writes a number to those that fulfil a condition; nil: removes them.
    case replace(Condition, Int?)
    case rollback
  }

  enum Condition: Sendable {
    case any
    case equals(Int)
    case isMultiple(of: Int)

    func holds(_ value: Int) -> Bool {
      switch self {
      case .any: true
      case .equals(let other): value == other
      case .isMultiple(let divisor): value % divisor == 0
      }
    }
  }

  let description: String

  /// The steps of each transaction, but for its commit.
  let transactions: [[Step]]

  /// Whose turn it is: numbers of transactions from one. The first turn of each begins it, the one behind its last step commits it.
  let schedule: [Int]

  /// What is wrong with an outcome of this schedule; nil when nothing.
  let fault: @Sendable (HermitageOutcome) -> String?

  init(
    _ description: String, _ transactions: [[Step]], _ schedule: [Int],
    _ fault: @escaping @Sendable (HermitageOutcome) -> String?
  ) {
    self.description = description
    self.transactions = transactions
    self.schedule = schedule
    self.fault = fault
  }

  /// How many turns each transaction takes: one for each step, and one to commit.
  var turns: [Int] {
    transactions.map { steps in
      if case .rollback? = steps.last { return steps.count }
      return steps.count + 1
    }
  }
}

/// What came of a schedule.
struct HermitageOutcome: Sendable {
  /// What a step has read: the numbers by row.
  typealias Reading = [Int: Int]

  /// What each transaction has read, in order.
  var readings: [[Reading]]

  /// Whether each was committed.
  var isCommitted: [Bool]

  /// The rows at the end.
  var rows: [Int: Int]
}

extension HermitageOutcome {
  /// Says so if more than one transaction was committed.
  func severalCommitted() -> String? {
    let count = isCommitted.filter { $0 }.count
    return count <= 1 ? nil : "\(count) were committed"
  }

  /// Says so if a transaction, numbered from one, was committed.
  func committed(_ number: Int) -> String? {
    isCommitted[number - 1] ? "T\(number) was committed" : nil
  }
}
