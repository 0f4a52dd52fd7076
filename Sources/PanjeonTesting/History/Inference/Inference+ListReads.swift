// SPDX-License-Identifier: Apache-2.0

extension Inference {
  /// What a transaction knows of a list so far.
  private struct ListView {
    var transaction = History.none
    var own: [Int32] = []
    var lastRead: Int?
  }

  /// Collects reads and appends of lists, and checks each transaction against itself.
  mutating func collectLists() {
    var places = [Int32](repeating: History.none, count: history.names.count)
    for write in history.writes.all where history.steps[write.step].function == .append {
      let step = history.steps[write.step]
      if places[Int(step.key)] == History.none {
        places[Int(step.key)] = Int32(lists.count)
        lists.append(ListKey(name: step.key))
      }
      lists[Int(places[Int(step.key)])].appends.append((write, step.value))
    }
    for transaction in committed {
      for index in history.transactions[Int(transaction)].steps {
        let step = history.steps[index]
        if step.function == .read, step.count >= 0, places[Int(step.key)] == History.none {
          places[Int(step.key)] = Int32(lists.count)
          lists.append(ListKey(name: step.key))
        }
      }
    }
    var views = [ListView](repeating: ListView(), count: lists.count)
    for transaction in committed {
      for index in history.transactions[Int(transaction)].steps {
        let step = history.steps[index]
        let place = Int(places[Int(step.key)])
        if place < 0 || step.function.isOfRange { continue }
        if views[place].transaction != transaction {
          views[place] = ListView(transaction: transaction)
        }
        if step.function == .append {
          noteAppend(step, transaction, place, &views[place])
        } else {
          noteRead(step, transaction, place, &views[place])
        }
      }
    }
  }

  private mutating func noteAppend(
    _ step: History.Step, _ transaction: Int32, _ place: Int, _ view: inout ListView
  ) {
    view.own.append(step.value)
    guard let last = view.lastRead else { return }
    let read = lists[place].reads[last]
    if history.elements[read.start..<read.start + read.count].contains(step.value) {
      lists[place].reads[last].isUsable = false
      unusedReadCount += 1
      report(.futureRead, [transaction]) {
        "\($0.text(step.value)) of \($0.text(step.key)) is read before it is appended"
      }
    }
  }

  private mutating func noteRead(
    _ step: History.Step, _ transaction: Int32, _ place: Int, _ view: inout ListView
  ) {
    let all = history.elements[step.start..<step.start + Int(max(0, step.count))]
    guard all.count >= view.own.count, all.suffix(view.own.count).elementsEqual(view.own) else {
      unusedReadCount += 1
      report(.internalRead, [transaction]) {
        "a read of \($0.text(step.key)) does not end with what the transaction appended to it"
      }
      return
    }
    let count = all.count - view.own.count
    var read = ListKey.Read(transaction: transaction, start: step.start, count: count)
    if let twice = view.own.first(where: all.prefix(count).contains) {
      read.isUsable = false
      unusedReadCount += 1
      report(.duplicateElements, [transaction]) {
        "\($0.text(twice)) is twice in a read of \($0.text(step.key))"
      }
    }
    if let last = view.lastRead {
      let before = lists[place].reads[last]
      let same = history.elements[before.start..<before.start + before.count]
      if !same.elementsEqual(all.prefix(count)) {
        report(.internalRead, [transaction]) {
          "two reads of \($0.text(step.key)) in one transaction see other versions"
        }
      }
    }
    view.lastRead = lists[place].reads.count
    lists[place].reads.append(read)
  }
}
