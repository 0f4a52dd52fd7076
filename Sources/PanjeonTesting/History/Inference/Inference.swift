// SPDX-License-Identifier: Apache-2.0

/// What follows from a history: edges between its transactions, and the anomalies that show without a cycle.
///
/// A transaction that failed has no edges. One whose end is not known happened if something it wrote was read; if not, nothing
/// leads from it, so that it is as good as absent.
struct Inference {
  let history: History
  var graph: DependencyGraphBuilder
  /// Anomalies that are no cycles.
  var findings: [Anomaly] = []
  /// Whether each transaction is known to have happened.
  var happened: [Bool]
  /// Keys whose order of versions is not known for a reason that not every level forbids.
  var unorderedKeys: [Int32] = []
  /// How many reads were left aside because they disagree with their own transaction.
  var unusedReadCount = 0
  /// How many reads are known that found what may be of a transaction that did not say what it writes.
  var unexplainedReadCount = 0
  /// Whether such a transaction may have deleted ids, so that scans without them say nothing.
  var mayHideDeletes = false
  var lists: [ListKey] = []
  var registers: [RegisterKey] = []
  var ranges: [RangeKey] = []
  /// Scans that lack an id which was inserted and deleted, if it does not show which of the two they missed.
  var openScans: [OpenScan] = []

  private var findingCounts: [Anomaly.Kind: Int] = [:]
  private let findingsMax: Int

  /// Draws all conclusions.
  ///
  /// - Parameters:
  ///   - history: The history.
  ///   - findingsMax: How many anomalies of one kind, cycles apart, are kept.
  ///   - trustedOrders: The orders in which each register takes its values, without a doubt.
  init(_ history: History, findingsMax: Int, trustedOrders: Dependency) {
    self.history = history
    self.findingsMax = findingsMax
    graph = DependencyGraphBuilder(transactionCount: history.transactions.count)
    happened = history.transactions.map { $0.status == .ok }
    collectRanges()
    collectLists()
    collectRegisters()
    settleRanges()
    settleLists()
    settleRegisters()
    while settleUnknownDeletes() {}
    connectLists()
    connectRegisters(trusting: trustedOrders)
    connectRanges()
    connectProcesses()
    connectRealtime()
  }

  /// The transactions that are known to have committed, in the order of the file.
  var committed: [Int32] {
    history.transactions.indices.filter { history.transactions[$0].status == .ok }.map(Int32.init)
  }

  /// What became of a transaction.
  func status(_ transaction: Int32) -> History.Status {
    history.transactions[Int(transaction)].status
  }

  /// The order that puts one transaction before another, if there is one.
  func order(of first: Int32, before second: Int32) -> Dependency? {
    let (a, b) = (history.transactions[Int(first)], history.transactions[Int(second)])
    if a.status != .ok { return nil }
    if a.process == b.process { return first < second ? .process : nil }
    return a.completionTime < b.invocationTime ? .realtime : nil
  }

  /// Keeps an anomaly.
  ///
  /// - Parameters:
  ///   - kind: The sort.
  ///   - transactions: The transactions that show it.
  ///   - usesPredicate: Whether it is about which ids a scan found.
  ///   - detail: What is wrong; asked only if the anomaly is kept.
  mutating func report(
    _ kind: Anomaly.Kind, _ transactions: [Int32], usesPredicate: Bool = false,
    _ detail: (Inference) -> String
  ) {
    let count = findingCounts[kind, default: 0]
    findingCounts[kind] = count + 1
    if count >= findingsMax { return }
    findings.append(
      Anomaly(
        kind: kind, usesPredicate: usesPredicate,
        transactions: transactions.map { Anomaly.Transaction($0, of: history) },
        detail: detail(self)))
  }

  /// Keeps a read of what nobody is known to have written, unless a transaction that did not say what it writes may have.
  mutating func reportGarbage(_ reader: Int32, _ detail: (Inference) -> String) {
    if history.hasUnspecified {
      unexplainedReadCount += 1
    } else {
      report(.garbageRead, [reader], detail)
    }
  }

  /// Whether as many anomalies of a kind have been found as are kept.
  func hasEnough(_ kind: Anomaly.Kind) -> Bool {
    if kind == .garbageRead, history.hasUnspecified { return unexplainedReadCount > 0 }
    return findingCounts[kind, default: 0] >= findingsMax
  }

  /// A scalar as JSON.
  func text(_ name: Int32) -> String {
    name == History.none ? "nothing" : history.names[Int(name)].description
  }
}
