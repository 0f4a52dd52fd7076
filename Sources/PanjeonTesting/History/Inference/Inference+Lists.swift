// SPDX-License-Identifier: Apache-2.0

extension Inference {
  /// Finds the order of each list's versions, and what is wrong with them.
  mutating func settleLists() {
    var seen = [Int32](repeating: History.none, count: history.names.count)
    for place in lists.indices {
      var list = lists[place]
      lists[place].reads = []
      settleOrder(&list, &seen)
      settleReads(&list)
      checkElements(list)
      if !list.isConflicting { checkAppendOrder(list) }
      checkLostUpdates(list)
      lists[place] = list
    }
  }

  private func entry(_ key: Int32, _ value: Int32) -> ListKey.Entry {
    let write = history.writes.write(key: key, value: value)
    return ListKey.Entry(
      value: value, writer: write?.transaction ?? History.none, isFinal: write?.isFinal ?? true)
  }

  /// Takes the longest read as the order of the versions.
  private mutating func settleOrder(_ list: inout ListKey, _ seen: inout [Int32]) {
    guard let longest = list.reads.filter(\.isUsable).max(by: { $0.count < $1.count }) else {
      return
    }
    for value in history.elements[longest.start..<longest.start + longest.count] {
      if seen[Int(value)] == list.name {
        list.isConflicting = true
        report(.duplicateElements, [longest.transaction]) {
          "\($0.text(value)) is twice in a read of \($0.text(list.name))"
        }
      }
      seen[Int(value)] = list.name
      list.entries.append(entry(list.name, value))
      note(list.entries[list.entries.count - 1].writer)
    }
  }

  /// Notes that something which a transaction wrote was read.
  mutating func note(_ writer: Int32) {
    if writer != History.none, status(writer) == .info { happened[Int(writer)] = true }
  }

  /// Compares each read with the longest, and looks at how it ends.
  private mutating func settleReads(_ list: inout ListKey) {
    for index in list.reads.indices where list.reads[index].isUsable {
      let read = list.reads[index]
      var place = 0
      while place < read.count, history.elements[read.start + place] == list.entries[place].value {
        place += 1
      }
      var last = read.count == 0 ? nil : list.entries[read.count - 1]
      if place < read.count {
        list.reads[index].isPrefix = false
        if !reportDuplicate(&list, read) { reportOrder(&list, read) }
        for value in history.elements[read.start..<read.start + read.count] {
          let entry = entry(list.name, value)
          note(entry.writer)
          checkElement(entry, list, reader: read.transaction)
          last = entry
        }
      }
      if let last, !last.isFinal, last.writer != read.transaction {
        report(.g1b, [read.transaction, last.writer]) {
          "a read of \($0.text(list.name)) ends with \($0.text(last.value)), "
            + "after which its transaction appended more"
        }
      }
    }
  }

  /// Looks for an element that is twice in a read.
  private mutating func reportDuplicate(_ list: inout ListKey, _ read: ListKey.Read) -> Bool {
    var found: Set<Int32> = []
    let elements = history.elements[read.start..<read.start + read.count]
    guard let twice = elements.first(where: { !found.insert($0).inserted }) else { return false }
    list.isConflicting = true
    report(.duplicateElements, [read.transaction]) {
      "\($0.text(twice)) is twice in a read of \($0.text(list.name))"
    }
    return true
  }

  private mutating func reportOrder(_ list: inout ListKey, _ read: ListKey.Read) {
    if list.isConflicting { return }
    list.isConflicting = true
    unorderedKeys.append(list.name)
    let longest = list.reads.filter(\.isUsable).max { $0.count < $1.count }
    report(.incompatibleOrder, [read.transaction] + (longest.map { [$0.transaction] } ?? [])) {
      "two reads of \($0.text(list.name)), of which neither begins the other"
    }
  }

  /// Looks for elements of the longest read that should not be there.
  private mutating func checkElements(_ list: ListKey) {
    for (place, entry) in list.entries.enumerated() {
      let isGarbage = entry.writer == History.none
      if !isGarbage, status(entry.writer) != .fail { continue }
      if hasEnough(isGarbage ? .garbageRead : .g1a) { continue }
      guard let reader = list.reads.first(where: { $0.isUsable && $0.isPrefix && $0.count > place })
      else { continue }
      checkElement(entry, list, reader: reader.transaction)
    }
    var failed: ListKey.Entry?
    for entry in list.entries where entry.writer != History.none {
      if status(entry.writer) == .fail {
        failed = failed ?? entry
      } else if let failed {
        report(.dirtyUpdate, [failed.writer, entry.writer]) {
          "\($0.text(entry.value)) is appended to \($0.text(list.name)) "
            + "on top of \($0.text(failed.value)), whose transaction failed"
        }
        return
      }
    }
  }

  private mutating func checkElement(_ entry: ListKey.Entry, _ list: ListKey, reader: Int32) {
    if entry.writer == History.none {
      reportGarbage(reader) {
        "\($0.text(entry.value)) was read of \($0.text(list.name)), and nobody appended it"
      }
    } else if status(entry.writer) == .fail {
      report(.g1a, [reader, entry.writer]) {
        "\($0.text(entry.value)) was read of \($0.text(list.name)), "
          + "and the transaction that appended it failed"
      }
    }
  }

  /// Looks for a transaction whose appends are not in its own order, or of which an earlier one is missing.
  private mutating func checkAppendOrder(_ list: ListKey) {
    var places: [Int32: Int] = [:]
    var first = 0
    for (place, append) in list.appends.enumerated() {
      if append.write.transaction != list.appends[first].write.transaction { first = place }
      places[append.value] = place - first
    }
    var counts: [Int32: Int] = [:]
    for entry in list.entries where entry.writer != History.none {
      let count = counts[entry.writer, default: 0]
      if places[entry.value] != count {
        let reader = list.reads.first { $0.isUsable && $0.isPrefix && $0.count > count }
        return report(.incompatibleOrder, [entry.writer] + (reader.map { [$0.transaction] } ?? []))
        {
          "\($0.text(entry.value)) is in a read of \($0.text(list.name)) before "
            + "what its transaction appended earlier"
        }
      }
      counts[entry.writer] = count + 1
    }
  }

  /// Looks for two transactions that read the same version and both append.
  private mutating func checkLostUpdates(_ list: ListKey) {
    let appenders = Set(list.appends.map(\.write.transaction))
    var first: [Int: Int32] = [:]
    for read in list.reads where read.isUsable && read.isPrefix {
      guard appenders.contains(read.transaction) else { continue }
      guard let other = first[read.count] else {
        first[read.count] = read.transaction
        continue
      }
      if other == read.transaction { continue }
      report(.lostUpdate, [other, read.transaction]) {
        "both read \($0.text(list.name)) up to "
          + "\($0.text(read.count == 0 ? History.none : list.entries[read.count - 1].value)), "
          + "and both append to it"
      }
    }
  }
}
