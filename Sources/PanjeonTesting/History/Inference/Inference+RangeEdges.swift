// SPDX-License-Identifier: Apache-2.0

extension Inference {
  /// Adds the edges of ranges.
  ///
  /// A scan with an id follows its insert (wr) and precedes its delete (rw). A scan without it precedes the insert, by a
  /// predicate; unless the id was deleted too: then it may as well follow the delete. Where ids are deleted, a transaction that
  /// did not say what it does may have deleted any, so that nothing follows from a scan without an id.
  mutating func connectRanges() {
    mayHideDeletes =
      history.hasUnspecified
      && ranges.contains { range in
        range.entries.contains { $0.delete != nil }
      }
    var found = [Int32](repeating: History.none, count: history.names.count)
    for (number, range) in ranges.enumerated() {
      let entries = range.entries.filter { happened[Int($0.insert.transaction)] }
      for entry in entries {
        guard let delete = entry.delete, status(delete.transaction) != .fail else { continue }
        connect(.deletedAfter, .ww, entry.insert, delete.transaction, entry.id, range)
      }
      var tree = TargetTree(
        entries.map { TargetTree.Target(transaction: $0.insert.transaction, value: $0.id) },
        key: range.name)
      for index in range.scans.indices {
        let scan = range.scans[index]
        let step = history.steps[scan.step]
        let mark = Int32(truncatingIfNeeded: scan.step)
        for id in history.elements[step.start..<step.start + Int(max(0, step.count))] {
          found[Int(id)] = mark
          connectPresent(id, scan, ranges[number])
        }
        if mayHideDeletes { continue }
        connectAbsent(entries, scan, range, &tree) { found[Int($0)] != mark }
      }
    }
  }

  private mutating func connect(
    _ proof: Proof, _ dependency: Dependency, _ source: History.Write, _ target: Int32,
    _ id: Int32, _ range: RangeKey
  ) {
    connect(proof, dependency, source.transaction, target, id, range)
  }

  private mutating func connect(
    _ proof: Proof, _ dependency: Dependency, _ source: Int32, _ target: Int32, _ id: Int32,
    _ range: RangeKey
  ) {
    graph.add(
      Edge(
        source: source, target: target, dependency: dependency, proof: proof, key: range.name,
        b: id))
  }

  private mutating func connectPresent(_ id: Int32, _ scan: RangeKey.Scan, _ range: RangeKey) {
    guard let insert = history.writes.insert(range: range.name, id: id),
      happened[Int(insert.transaction)]
    else { return }
    connect(.scannedInsert, .wr, insert, scan.transaction, id, range)
    guard let delete = history.writes.delete(range: range.name, id: id),
      delete.transaction != insert.transaction, status(delete.transaction) != .fail
    else { return }
    connect(.missedDelete, .rw, scan.transaction, delete.transaction, id, range)
  }

  private mutating func connectAbsent(
    _ entries: [RangeKey.Entry], _ scan: RangeKey.Scan, _ range: RangeKey,
    _ tree: inout TargetTree, isAbsent: (Int32) -> Bool
  ) {
    let edge = Edge(
      source: scan.transaction, target: scan.transaction, dependency: [.rw, .predicate],
      proof: .missedInsert, key: range.name)
    var start = 0
    for (place, entry) in entries.enumerated() {
      if isAbsent(entry.id), isMissed(entry, scan, range) { continue }
      tree.connect(edge, to: start..<place, in: &graph)
      start = place + 1
    }
    tree.connect(edge, to: start..<entries.count, in: &graph)
  }

  /// Whether a scan without an id surely came before its insert; an edge for after its delete is added where that shows.
  private mutating func isMissed(
    _ entry: RangeKey.Entry, _ scan: RangeKey.Scan, _ range: RangeKey
  ) -> Bool {
    let insert = entry.insert.transaction
    if insert == scan.transaction { return false }
    guard let delete = entry.delete, status(delete.transaction) != .fail else { return true }
    if delete.transaction == insert { return false }
    if delete.transaction == scan.transaction { return delete.step > scan.step }
    var settled: Dependency = []
    if let order = order(of: insert, before: scan.transaction) {
      let dependency = order.union(.wr)
      connect(.scannedDelete, dependency, delete, scan.transaction, entry.id, range)
      settled = order
    }
    if let order = order(of: scan.transaction, before: delete.transaction) {
      let dependency = order.union([.rw, .predicate])
      connect(.missedInsert, dependency, scan.transaction, insert, entry.id, range)
      settled = settled.isEmpty || order == .process ? order : settled
    }
    openScans.append(
      OpenScan(
        range: range.name, id: entry.id, scan: scan.transaction, insert: insert,
        delete: delete.transaction, settledBy: settled))
    return false
  }
}
