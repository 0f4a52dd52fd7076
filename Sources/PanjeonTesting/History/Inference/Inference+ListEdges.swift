// SPDX-License-Identifier: Apache-2.0

extension Inference {
  /// Adds the edges of lists: the writer of an element precedes the writer of the next (ww) and whoever read it last (wr), and
  /// that reader precedes the writer of the next (rw).
  ///
  /// What nobody read comes after all that was read.
  mutating func connectLists() {
    var seen = [Int32](repeating: History.none, count: history.names.count)
    for place in lists.indices {
      var list = lists[place]
      lists[place].reads = []
      for index in list.entries.indices {
        let entry = list.entries[index]
        seen[Int(entry.value)] = list.name
        list.entries[index].isCommitted =
          entry.writer != History.none && happened[Int(entry.writer)]
      }
      list.unread = list.isConflicting ? [] : unread(list, seen)
      connectReads(list)
      if !list.isConflicting { connectVersions(list) }
      lists[place] = list
    }
  }

  /// The appends that happened and are in no read, one a transaction.
  private func unread(_ list: ListKey, _ seen: [Int32]) -> [TargetTree.Target] {
    var targets: [Int32: Int32] = [:]
    for append in list.appends
    where happened[Int(append.write.transaction)] && seen[Int(append.value)] != list.name {
      targets[append.write.transaction] = append.value
    }
    return targets.sorted { $0.key < $1.key }.map {
      TargetTree.Target(transaction: $0.key, value: $0.value)
    }
  }

  private mutating func connectVersions(_ list: ListKey) {
    var last: ListKey.Entry?
    for entry in list.entries where entry.isCommitted {
      if let last {
        graph.add(
          Edge(
            source: last.writer, target: entry.writer, dependency: .ww, proof: .appendedAfter,
            key: list.name, a: last.value, b: entry.value))
      }
      last = entry
    }
    if list.unread.isEmpty { return }
    var tree = TargetTree(list.unread, key: list.name)
    let places = Dictionary(
      uniqueKeysWithValues: list.unread.enumerated().map { ($1.transaction, $0) })
    if let last {
      let edge = Edge(
        source: last.writer, target: last.writer, dependency: .ww, proof: .appendedAfter,
        key: list.name, a: last.value)
      tree.connect(edge, excluding: [places[last.writer]].compactMap { $0 }, in: &graph)
    }
    for read in list.reads where read.isUsable && next(after: read, list) == nil {
      let seen = read.count == 0 ? nil : list.entries[read.count - 1]
      let edge = Edge(
        source: read.transaction, target: read.transaction, dependency: .rw,
        proof: .missedAppend, key: list.name, a: seen?.value ?? History.none)
      let own = [places[read.transaction], seen.flatMap { places[$0.writer] }].compactMap { $0 }
      tree.connect(edge, excluding: Set(own).sorted(), in: &graph)
    }
  }

  private mutating func connectReads(_ list: ListKey) {
    for read in list.reads where read.isUsable && read.count > 0 {
      let value = history.elements[read.start + read.count - 1]
      guard let write = history.writes.write(key: list.name, value: value),
        happened[Int(write.transaction)]
      else { continue }
      graph.add(
        Edge(
          source: write.transaction, target: read.transaction, dependency: .wr, proof: .readList,
          key: list.name, a: value))
    }
    if list.isConflicting { return }
    for read in list.reads where read.isUsable {
      guard let next = next(after: read, list) else { continue }
      let last = read.count == 0 ? History.none : list.entries[read.count - 1].value
      graph.add(
        Edge(
          source: read.transaction, target: next.writer, dependency: .rw, proof: .missedAppend,
          key: list.name, a: last, b: next.value))
    }
  }

  /// The first element after a read that another transaction appended than the last one read.
  private func next(after read: ListKey.Read, _ list: ListKey) -> ListKey.Entry? {
    let last = read.count == 0 ? History.none : list.entries[read.count - 1].writer
    return list.entries[read.count...].first { $0.isCommitted && $0.writer != last }
  }
}
