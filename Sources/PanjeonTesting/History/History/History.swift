// SPDX-License-Identifier: Apache-2.0

/// What clients asked of a store and what they were told, checked to be well formed.
///
/// Scalars are numbered (`names`), and the lists that were read lie in one array (`elements`): a history of 100,000
/// transactions holds millions of elements.
public struct History: Sendable {
  /// What a micro-operation does.
  package enum Function: UInt8, Sendable {
    case append, read, write, insert, delete, scan

    /// Whether its key is a range.
    var isOfRange: Bool { self == .insert || self == .delete || self == .scan }
    /// Whether it changes anything.
    var isWrite: Bool { self != .read && self != .scan }
  }

  /// A micro-operation, with names for scalars.
  package struct Step: Hashable, Sendable {
    package var function: Function
    package var key: Int32
    /// What is written, or what a register held; `none` for null.
    package var value: Int32
    /// Where the list that was read begins in `elements`.
    package var start: Int
    /// How many elements it has; `none` for no list.
    package var count: Int32
  }

  /// What became of a transaction.
  package enum Status: UInt8, Sendable {
    case ok, fail, info
  }

  /// An invocation with its completion.
  package struct Transaction: Sendable {
    package var process: Int
    package var status: Status
    package var invocationLine: Int
    /// 0 when the history ends before it.
    package var completionLine: Int
    package var invocationTime: Int
    /// `Int.max` when it is not known to have ended.
    package var completionTime: Int
    package var steps: Range<Int>
    /// Whether it may have done more than it says: its end is not known, and it did not say at its invocation.
    package var isUnspecified = false
  }

  /// A write of one value; no other write of the key has that value.
  package struct Write: Sendable {
    package var transaction: Int32
    package var step: Int
    /// Whether its transaction writes the key no more after it.
    package var isFinal: Bool
  }

  /// No name.
  package static let none: Int32 = -1

  package internal(set) var names: [Scalar] = []
  package internal(set) var elements: [Int32] = []
  package internal(set) var steps: [Step] = []
  package internal(set) var transactions: [Transaction] = []
  package internal(set) var writes = WriteIndex()
  /// Whether some transaction may have done more than it says.
  package internal(set) var hasUnspecified = false

  /// Makes a history of events, in the order of time.
  ///
  /// - Parameter events: The events, those of each process in its order.
  /// - Throws: `HistoryError` with the number of the event that breaks a rule.
  public init(_ events: some Sequence<HistoryEvent>) throws(HistoryError) {
    var builder = HistoryBuilder()
    for event in events {
      builder.beginLine()
      for operation in event.value { builder.add(operation) }
      try builder.endLine(process: event.process, kind: event.kind, time: event.time)
    }
    self = try builder.finish()
  }

  init() {}

  /// The history in which nothing happens.
  package static var empty: History { History() }

  /// How many transactions were begun.
  public var transactionCount: Int { transactions.count }

  /// How many are known to have committed.
  public var committedCount: Int { transactions.count { $0.status == .ok } }

  /// How many are known not to have happened.
  public var failedCount: Int { transactions.count { $0.status == .fail } }

  /// A step as it was in the file.
  package func operation(_ step: Step) -> MicroOperation {
    let key = names[Int(step.key)]
    func value() -> Scalar { names[Int(step.value)] }
    switch step.function {
    case .append: return .append(key, value())
    case .write: return .write(key, value())
    case .insert: return .insert(key, value())
    case .delete: return .delete(key, value())
    case .scan: return .scan(key, list(step))
    case .read:
      if let list = list(step) { return .read(key, .list(list)) }
      return .read(key, step.value == Self.none ? nil : .register(value()))
    }
  }

  private func list(_ step: Step) -> [Scalar]? {
    if step.count == Self.none { return nil }
    return elements[step.start..<step.start + Int(step.count)].map { names[Int($0)] }
  }
}
