// SPDX-License-Identifier: Apache-2.0

extension Anomaly {
  /// Describes a cycle.
  init(_ cycle: Cycle, of history: History) {
    kind = cycle.kind
    order = cycle.order
    usesPredicate = cycle.usesPredicate
    transactions = cycle.transactions.map { Transaction($0, of: history) }
    steps = cycle.hops.indices.map { index in
      Step(cycle.hops[index], index, (index + 1) % cycle.hops.count, of: history)
    }
  }

  /// Describes a component in which no cycle was found.
  init(
    unclassified component: [Int32], at level: ConsistencyLevel, of history: History
  ) {
    self.level = level
    kind = .cycleExists
    transactions = component.prefix(8).map { Transaction($0, of: history) }
    detail = "each of \(component.count) transactions precedes itself"
  }
}

extension Anomaly.Step {
  init(_ hop: Hop, _ source: Int, _ target: Int, of history: History) {
    self.source = source
    self.target = target
    isPredicate = hop.dependency.contains(.predicate)
    key = hop.key == History.none ? nil : history.names[Int(hop.key)]
    before = hop.a == History.none ? nil : history.names[Int(hop.a)]
    after = hop.b == History.none ? nil : history.names[Int(hop.b)]
    dependency =
      if hop.dependency.contains(.ww) {
        "ww"
      } else if hop.dependency.contains(.wr) {
        "wr"
      } else if hop.dependency.contains(.rw) {
        "rw"
      } else { hop.dependency.contains(.process) ? "process" : "realtime" }
    explanation = ""
    explanation = explain(hop, history)
  }

  private func explain(_ hop: Hop, _ history: History) -> String {
    let key = key?.description ?? ""
    let before = before?.description ?? "nothing"
    let upTo = self.before.map { "up to \($0)" } ?? "and found nothing"
    let after = after?.description ?? "nothing"
    let (a, b) = ("T\(source + 1)", "T\(target + 1)")
    var text =
      switch hop.proof {
      case .appendedAfter: "\(b) appended \(after) to \(key) after \(a)'s \(before)"
      case .readList: "\(b) read \(key) up to \(before), which \(a) appended"
      case .missedAppend: "\(a) read \(key) \(upTo), before \(b) appended \(after)"
      case .wroteAfter: "\(b) wrote \(after) to \(key) over \(a)'s \(before)"
      case .readRegister: "\(b) read \(before) of \(key), which \(a) wrote"
      case .missedWrite where hop.a == History.none:
        "\(a) read \(key) and found nothing, before \(b) wrote \(after)"
      case .missedWrite: "\(a) read \(before) of \(key), before \(b) wrote \(after)"
      case .deletedAfter: "\(b) deleted \(after) from \(key), which \(a) inserted"
      case .scannedInsert: "\(b)'s scan of \(key) has \(after), which \(a) inserted"
      case .missedInsert: "\(a)'s scan of \(key) lacks \(after), which \(b) inserted"
      case .missedDelete: "\(a)'s scan of \(key) has \(after), which \(b) deleted"
      case .scannedDelete:
        "\(b)'s scan of \(key) lacks \(after), which was there before and \(a) deleted"
      case .process, .onward: "\(a) and \(b) are of one process, in this order"
      case .realtime: realtime(hop, history)
      }
    if hop.proof != .realtime, hop.dependency.contains(.realtime) {
      text += " (by real time)"
    } else if hop.proof != .process, hop.dependency.contains(.process) {
      text += " (by the order of a process)"
    }
    return text
  }

  private func realtime(_ hop: Hop, _ history: History) -> String {
    let end = history.transactions[Int(hop.source)].completionTime
    let begin = history.transactions[Int(hop.target)].invocationTime
    return "T\(source + 1) ended at \(end), before T\(target + 1) began at \(begin)"
  }
}
