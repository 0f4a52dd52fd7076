// SPDX-License-Identifier: Apache-2.0

extension Inference {
  /// What a transaction knows of a register so far.
  private struct RegisterView {
    var transaction = History.none
    var own: Int32?
    var lastRead: Int?
  }

  /// Collects reads and writes of registers, and checks each transaction against itself.
  mutating func collectRegisters() {
    var places = [Int32](repeating: History.none, count: history.names.count)
    for write in history.writes.all where history.steps[write.step].function == .write {
      let step = history.steps[write.step]
      registers[place(of: step.key, &places)].writes.append((write, step.value))
    }
    for transaction in committed {
      for index in history.transactions[Int(transaction)].steps {
        let step = history.steps[index]
        if step.function == .read, step.value != History.none { _ = place(of: step.key, &places) }
      }
    }
    var views = [RegisterView](repeating: RegisterView(), count: registers.count)
    for transaction in committed {
      for index in history.transactions[Int(transaction)].steps {
        let step = history.steps[index]
        let place = Int(places[Int(step.key)])
        if place < 0 || step.function.isOfRange { continue }
        if views[place].transaction != transaction {
          views[place] = RegisterView(transaction: transaction)
        }
        if step.function == .write {
          noteWrite(step, index, transaction, place, &views[place])
        } else {
          noteRead(step, transaction, place, &views[place])
        }
      }
    }
  }

  private mutating func place(of key: Int32, _ places: inout [Int32]) -> Int {
    if places[Int(key)] == History.none {
      places[Int(key)] = Int32(registers.count)
      registers.append(RegisterKey(name: key))
    }
    return Int(places[Int(key)])
  }

  private mutating func noteWrite(
    _ step: History.Step, _ index: Int, _ transaction: Int32, _ place: Int,
    _ view: inout RegisterView
  ) {
    let isFinal = history.writes.write(key: step.key, value: step.value)?.isFinal ?? true
    if let last = view.lastRead {
      let value = registers[place].reads[last].value
      if value == step.value {
        registers[place].reads[last].isUsable = false
        unusedReadCount += 1
        report(.futureRead, [transaction]) {
          "\($0.text(step.value)) of \($0.text(step.key)) is read before it is written"
        }
      } else if isFinal {
        registers[place].successions.append((value, step.value, transaction))
      }
    }
    view.own = step.value
    if !isFinal { return }
    use(place, transaction, first: step.value, last: step.value)
  }

  /// Notes the versions with which a transaction begins and ends its use of a register.
  private mutating func use(_ place: Int, _ transaction: Int32, first: Int32, last: Int32) {
    let count = registers[place].uses.count
    if let use = registers[place].uses.last, use.transaction == transaction {
      registers[place].uses[count - 1].last = last
    } else {
      registers[place].uses.append(
        RegisterKey.Use(transaction: transaction, first: first, last: last))
    }
  }

  private mutating func noteRead(
    _ step: History.Step, _ transaction: Int32, _ place: Int, _ view: inout RegisterView
  ) {
    if let own = view.own {
      if own != step.value {
        unusedReadCount += 1
        report(.internalRead, [transaction]) {
          "a read of \($0.text(step.key)) finds \($0.text(step.value)), "
            + "and the transaction had written \($0.text(own))"
        }
      }
      return
    }
    if let last = view.lastRead, registers[place].reads[last].value != step.value {
      report(.internalRead, [transaction]) {
        "two reads of \($0.text(step.key)) in one transaction see other versions"
      }
    }
    view.lastRead = registers[place].reads.count
    registers[place].reads.append(RegisterKey.Read(transaction: transaction, value: step.value))
    use(place, transaction, first: step.value, last: step.value)
  }

  /// Finds the versions of each register, and what is wrong with them.
  mutating func settleRegisters() {
    for place in registers.indices {
      for read in registers[place].reads where read.isUsable && read.value != History.none {
        checkRead(read, registers[place].name)
      }
    }
    collectUnknownSuccessions()
    for place in registers.indices {
      checkLostUpdates(registers[place])
      checkCycles(place)
    }
  }

  private mutating func checkRead(_ read: RegisterKey.Read, _ key: Int32) {
    guard let write = history.writes.write(key: key, value: read.value) else {
      return reportGarbage(read.transaction) {
        "\($0.text(read.value)) was read of \($0.text(key)), and nobody wrote it"
      }
    }
    note(write.transaction)
    if status(write.transaction) == .fail {
      report(.g1a, [read.transaction, write.transaction]) {
        "\($0.text(read.value)) was read of \($0.text(key)), "
          + "and the transaction that wrote it failed"
      }
    } else if !write.isFinal, write.transaction != read.transaction {
      report(.g1b, [read.transaction, write.transaction]) {
        "\($0.text(read.value)) was read of \($0.text(key)), "
          + "and the transaction that wrote it then wrote another value"
      }
    }
  }

  private mutating func checkLostUpdates(_ register: RegisterKey) {
    var first: [Int32: Int32] = [:]
    for succession in register.successions {
      guard let other = first[succession.from] else {
        first[succession.from] = succession.transaction
        continue
      }
      if other == succession.transaction { continue }
      report(.lostUpdate, [other, succession.transaction]) {
        "both read \($0.text(succession.from)) of \($0.text(register.name)), and both write it"
      }
    }
  }

  /// Looks for a version that succeeds itself.
  private mutating func checkCycles(_ place: Int) {
    let register = registers[place]
    let before = Dictionary(
      register.successions.map { ($0.to, $0) }, uniquingKeysWith: { first, _ in first })
    var done: Set<Int32> = []
    for succession in register.successions {
      var path: [(from: Int32, to: Int32, transaction: Int32)] = []
      var value = succession.to
      while let step = before[value], done.insert(value).inserted {
        path.append(step)
        value = step.from
      }
      guard let start = path.firstIndex(where: { $0.to == value }) else { continue }
      registers[place].isConflicting = true
      unorderedKeys.append(register.name)
      return report(.cyclicVersions, path[start...].reversed().map(\.transaction)) {
        "the versions of \($0.text(register.name)) that they read and write come round"
      }
    }
  }
}
