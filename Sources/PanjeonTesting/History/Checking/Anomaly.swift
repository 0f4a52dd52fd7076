// SPDX-License-Identifier: Apache-2.0

/// Something that a history shows and a level forbids.
public struct Anomaly: Sendable {
  /// The sorts of anomaly.
  public enum Kind: String, CaseIterable, Sendable {
    /// A cycle of writes over writes.
    case g0 = "G0"
    /// A transaction read what a failed one wrote.
    case g1a = "G1a"
    /// A transaction read what another one wrote over itself.
    case g1b = "G1b"
    /// A cycle of writes and reads of what was written.
    case g1c = "G1c"
    /// A cycle with one read that missed a write.
    case gSingle = "G-single"
    /// A cycle with several such reads, never two in a row; a long fork is one.
    case gNonadjacent = "G-nonadjacent"
    /// A cycle with two such reads in a row, as in write skew.
    case g2Item = "G2-item"
    /// The same, where a scan missed an insert.
    case g2 = "G2"
    /// There is a cycle, and none was classified within the budget.
    case cycleExists = "cycle-exists"
    /// A read disagrees with its own transaction.
    case internalRead = "internal"
    /// A transaction read what it wrote later.
    case futureRead = "future-read"
    /// Two transactions read the same version, and both wrote the next one.
    case lostUpdate = "lost-update"
    /// A committed write on top of a failed one.
    case dirtyUpdate = "dirty-update"
    /// A value is twice in what was read.
    case duplicateElements = "duplicate-elements"
    /// A value was read that nobody wrote.
    case garbageRead = "garbage-read"
    /// Two reads of a list of which neither begins the other.
    case incompatibleOrder = "incompatible-order"
    /// Versions of a register that each come before the other.
    case cyclicVersions = "cyclic-versions"
  }

  /// The order that a cycle takes beyond what was read and written.
  public enum Order: String, CaseIterable, Sendable {
    /// None.
    case none = ""
    /// The order of a process.
    case process = "-process"
    /// Real time.
    case realtime = "-realtime"

    var dependencies: Dependency {
      switch self {
      case .none: []
      case .process: .process
      case .realtime: [.process, .realtime]
      }
    }
  }

  /// A transaction as the file has it.
  public struct Transaction: Hashable, Sendable {
    /// Its process.
    public var process: Int
    /// The line of its invocation.
    public var invocationLine: Int
    /// The line of its completion, if it has one.
    public var completionLine: Int?
    /// What became of it: `ok`, `fail` or `info`.
    public var status: HistoryEvent.Kind
    /// Its micro-operations.
    public var value: [MicroOperation]
  }

  /// One edge of a cycle.
  public struct Step: Hashable, Sendable {
    /// The transaction it comes from, by its place in the anomaly.
    public var source: Int
    /// The transaction it goes to.
    public var target: Int
    /// `ww`, `wr`, `rw`, `process` or `realtime`.
    public var dependency: String
    /// Whether it is about a scan that missed an insert.
    public var isPredicate: Bool
    /// The key or range.
    public var key: Scalar?
    /// The value before, or what was read; nil for nothing there.
    public var before: Scalar?
    /// The value after.
    public var after: Scalar?
    /// Why the target comes after the source.
    public var explanation: String
  }

  /// The sort.
  public var kind: Kind
  /// The order that its cycle takes.
  public var order = Order.none
  /// Whether an edge of its cycle is about a scan that missed an insert.
  public var usesPredicate = false
  /// The transactions, those of a cycle in its order.
  public var transactions: [Transaction]
  /// The edges of the cycle; empty for an anomaly that is none.
  public var steps: [Step] = []
  /// What is wrong, where no cycle says it.
  public var detail = ""

  /// The weakest level whose edges make the cycle that was not classified.
  var level = ConsistencyLevel.readUncommitted

  /// The name, such as `G-single-realtime`.
  public var name: String { kind.rawValue + order.rawValue }

  /// The levels that do not hold because of it.
  public var violates: [ConsistencyLevel] {
    ConsistencyLevel.allCases.filter {
      $0.forbids(kind, order: order, usesPredicate: usesPredicate)
        && $0.dependencies.isSuperset(of: kind == .cycleExists ? level.dependencies : [])
    }
  }
}

extension Anomaly.Transaction {
  init(_ number: Int32, of history: History) {
    let transaction = history.transactions[Int(number)]
    process = transaction.process
    invocationLine = transaction.invocationLine
    completionLine = transaction.completionLine == 0 ? nil : transaction.completionLine
    status =
      switch transaction.status {
      case .ok: .ok
      case .fail: .fail
      case .info: .info
      }
    value = transaction.steps.map { history.operation(history.steps[$0]) }
  }
}
