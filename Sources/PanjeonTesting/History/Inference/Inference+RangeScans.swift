// SPDX-License-Identifier: Apache-2.0

extension Inference {
  /// What a transaction knows of a range so far.
  private struct RangeView {
    var transaction = History.none
    /// Its own ids, and whether it has inserted or deleted them.
    var own: [Int32: Bool] = [:]
    /// What its last scan found of others.
    var lastScan: Set<Int32>?
  }

  /// Collects inserts, deletes and scans, and checks each transaction against itself.
  mutating func collectRanges() {
    var places = [Int32](repeating: History.none, count: history.names.count)
    func place(_ key: Int32, _ ranges: inout [RangeKey]) -> Int {
      if places[Int(key)] == History.none {
        places[Int(key)] = Int32(ranges.count)
        ranges.append(RangeKey(name: key))
      }
      return Int(places[Int(key)])
    }
    for write in history.writes.all where history.steps[write.step].function == .insert {
      let step = history.steps[write.step]
      ranges[place(step.key, &ranges)].entries.append(
        RangeKey.Entry(
          id: step.value, insert: write,
          delete: history.writes.delete(range: step.key, id: step.value)))
    }
    for transaction in committed {
      for index in history.transactions[Int(transaction)].steps
      where history.steps[index].function == .scan {
        ranges[place(history.steps[index].key, &ranges)].scans.append(
          RangeKey.Scan(transaction: transaction, step: index))
      }
    }
    var views = [RangeView](repeating: RangeView(), count: ranges.count)
    for transaction in committed {
      for index in history.transactions[Int(transaction)].steps {
        let step = history.steps[index]
        if !step.function.isOfRange { continue }
        let place = Int(places[Int(step.key)])
        if views[place].transaction != transaction {
          views[place] = RangeView(transaction: transaction)
        }
        switch step.function {
        case .insert: views[place].own[step.value] = true
        case .delete: views[place].own[step.value] = false
        default: noteScan(step, index, transaction, &views[place])
        }
      }
    }
  }

  private mutating func noteScan(
    _ step: History.Step, _ index: Int, _ transaction: Int32, _ view: inout RangeView
  ) {
    let ids = history.elements[step.start..<step.start + Int(max(0, step.count))]
    let found = Set(ids)
    if found.count < ids.count {
      report(.duplicateElements, [transaction]) {
        "an id is twice in a scan of \($0.text(step.key))"
      }
    }
    for (id, isInserted) in view.own where found.contains(id) != isInserted {
      report(.internalRead, [transaction]) {
        "a scan of \($0.text(step.key)) \(isInserted ? "lacks" : "has") \($0.text(id)), "
          + "which the transaction had \(isInserted ? "inserted" : "deleted")"
      }
    }
    for id in found where view.own[id] == nil {
      guard let insert = history.writes.insert(range: step.key, id: id),
        insert.transaction == transaction, insert.step > index
      else { continue }
      report(.futureRead, [transaction]) {
        "\($0.text(id)) is in a scan of \($0.text(step.key)) before it is inserted"
      }
    }
    let others = found.filter { view.own[$0] == nil }
    if let last = view.lastScan, last.filter({ view.own[$0] == nil }) != others {
      report(.internalRead, [transaction], usesPredicate: true) {
        "two scans of \($0.text(step.key)) in one transaction find other ids"
      }
    }
    view.lastScan = others
  }

  /// Finds what is wrong with ranges, and which transactions happened because a scan shows it.
  mutating func settleRanges() {
    for place in ranges.indices {
      ranges[place].entries.sort {
        let (a, b) = ($0.insert.transaction, $1.insert.transaction)
        return (a, $0.insert.step) < (b, $1.insert.step)
      }
      let range = ranges[place]
      var reported: Set<Int32> = []
      for scan in range.scans {
        let step = history.steps[scan.step]
        for id in history.elements[step.start..<step.start + Int(max(0, step.count))] {
          checkScanned(id, range, scan, &reported)
        }
      }
      checkDeletes(range)
    }
  }

  private mutating func checkScanned(
    _ id: Int32, _ range: RangeKey, _ scan: RangeKey.Scan, _ reported: inout Set<Int32>
  ) {
    guard let insert = history.writes.insert(range: range.name, id: id) else {
      if !reported.insert(id).inserted { return }
      return reportGarbage(scan.transaction) {
        "a scan of \($0.text(range.name)) has \($0.text(id)), which nobody inserts"
      }
    }
    if insert.transaction == scan.transaction { return }
    note(insert.transaction)
    if status(insert.transaction) == .fail {
      if !reported.insert(id).inserted { return }
      report(.g1a, [scan.transaction, insert.transaction]) {
        "a scan of \($0.text(range.name)) has \($0.text(id)), "
          + "and the transaction that inserted it failed"
      }
    } else if let delete = history.writes.delete(range: range.name, id: id),
      delete.transaction == insert.transaction, reported.insert(id).inserted
    {
      report(.g1b, [scan.transaction, insert.transaction]) {
        "a scan of \($0.text(range.name)) has \($0.text(id)), "
          + "which its transaction deleted again"
      }
    }
  }

  private mutating func checkDeletes(_ range: RangeKey) {
    for entry in range.entries {
      guard let delete = entry.delete, status(delete.transaction) == .ok else { continue }
      note(entry.insert.transaction)
      if status(entry.insert.transaction) == .fail {
        report(.dirtyUpdate, [entry.insert.transaction, delete.transaction]) {
          "\($0.text(entry.id)) is deleted from \($0.text(range.name)), "
            + "and the transaction that inserted it failed"
        }
      }
    }
  }

  /// Notes deletes whose end is not known and that happened, because a scan that began after the insert lacks the id.
  ///
  /// - Returns: Whether there are more transactions now that are known to have happened.
  mutating func settleUnknownDeletes() -> Bool {
    let before = happened
    for range in ranges {
      let unknown = range.entries.filter { entry in
        entry.delete.map { status($0.transaction) == .info } ?? false
      }
      if unknown.isEmpty { continue }
      for scan in range.scans {
        let step = history.steps[scan.step]
        let found = Set(history.elements[step.start..<step.start + Int(max(0, step.count))])
        for entry in unknown where !found.contains(entry.id) {
          guard let delete = entry.delete, happened[Int(entry.insert.transaction)],
            order(of: entry.insert.transaction, before: scan.transaction) != nil
          else { continue }
          note(delete.transaction)
        }
      }
    }
    return happened != before
  }
}
