// SPDX-License-Identifier: Apache-2.0

/// Looks for an order in which the committed transactions of a script, one after the other, explain what was seen.
struct SerialOrder {
  private let script: HermitageScript
  private let outcome: HermitageOutcome
  private let schedule: [Int]

  init(_ script: HermitageScript, _ schedule: [Int], _ outcome: HermitageOutcome) {
    self.script = script
    self.schedule = schedule
    self.outcome = outcome
  }

  /// What is wrong: there is no such order, or one was refused that had no reason to be; nil when nothing is.
  var fault: String? {
    let committed = outcome.isCommitted.indices.filter { outcome.isCommitted[$0] }
    let orders = permutations(committed).filter(respectsRealTime)
    guard orders.contains(where: explains) else {
      return "no order explains \(outcome.readings), \(outcome.isCommitted), \(outcome.rows)"
    }
    for index in outcome.readings.indices where !outcome.isCommitted[index] {
      if !isRolledBack(index), committed.allSatisfy({ !overlap($0, index) }) {
        return "T\(index + 1) was refused though nothing was committed during it"
      }
      // One that is refused has seen one moment, nevertheless.
      if !permutations(committed).contains(where: { isOfOneMoment(index, $0) }) {
        return "T\(index + 1) was refused, and saw no state that there was"
      }
    }
    return nil
  }

  private func isRolledBack(_ index: Int) -> Bool {
    if case .rollback? = script.transactions[index].last { return true }
    return false
  }

  private func turns(_ index: Int) -> ClosedRange<Int> {
    let places = schedule.indices.filter { schedule[$0] == index + 1 }
    return places[0]...places[places.count - 1]
  }

  private func overlap(_ one: Int, _ other: Int) -> Bool { turns(one).overlaps(turns(other)) }

  /// What began after another was committed comes after it.
  private func respectsRealTime(_ order: [Int]) -> Bool {
    for (place, index) in order.enumerated() {
      for later in order[(place + 1)...] where turns(later).upperBound < turns(index).lowerBound {
        return false
      }
    }
    return true
  }

  private func explains(_ order: [Int]) -> Bool {
    var rows = HermitageScript.rows
    for index in order {
      guard run(index, on: &rows) == outcome.readings[index] else { return false }
    }
    return rows == outcome.rows
  }

  /// Whether what a transaction has read is the state behind some of the committed ones, in some order.
  private func isOfOneMoment(_ index: Int, _ order: [Int]) -> Bool {
    var rows = HermitageScript.rows
    for place in 0...order.count {
      var state = rows
      if run(index, on: &state) == outcome.readings[index] { return true }
      if place < order.count { _ = run(order[place], on: &rows) }
    }
    return false
  }

  /// Runs a transaction by itself, and returns what it reads.
  private func run(_ index: Int, on rows: inout [Int: Int]) -> [HermitageOutcome.Reading] {
    var readings: [HermitageOutcome.Reading] = []
    for step in script.transactions[index] {
      switch step {
      case .put(let row, let value): rows[row] = value
      case .get(let row): readings.append(rows[row].map { [row: $0] } ?? [:])
      case .scan(let condition): readings.append(rows.filter { condition.holds($0.value) })
      case .addToAll(let amount):
        readings.append(rows)
        rows = rows.mapValues { $0 + amount }
      case .replace(let condition, let value):
        readings.append(rows)
        for (row, old) in rows where condition.holds(old) { rows[row] = value }
      case .rollback: break
      }
    }
    return readings
  }

  private func permutations(_ items: [Int]) -> [[Int]] {
    if items.isEmpty { return [[]] }
    return items.flatMap { first in
      permutations(items.filter { $0 != first }).map { [first] + $0 }
    }
  }
}
