// SPDX-License-Identifier: Apache-2.0

/// Puts a history together from its lines, and holds it to the rules.
struct HistoryBuilder {
  private var history = History()
  private var names: [Scalar: Int32] = [:]
  /// Names of the integers from 0 on, which most scalars are.
  private var smallNames: [Int32] = []
  private var line = 0
  private var firstStep = 0
  private var open: [Int: Int] = [:]
  /// The processes that had an `info`, and its line.
  private var crashed: [Int: Int] = [:]
  private var lastTimes: [Int: Int] = [:]
  private var keys = KeyKinds()

  static let smallNameMax = 1 << 22

  /// The number of the line that is being added.
  var lineNumber: Int { line }

  mutating func beginLine() {
    line += 1
    firstStep = history.steps.count
  }

  /// The name of a scalar.
  mutating func name(_ scalar: Scalar) -> Int32 {
    if case .int(let value) = scalar { return name(value) }
    return anyName(scalar)
  }

  /// The name of an integer.
  mutating func name(_ value: Int) -> Int32 {
    guard value >= 0, value < Self.smallNameMax else { return anyName(.int(value)) }
    while smallNames.count <= value { smallNames.append(History.none) }
    if smallNames[value] == History.none { smallNames[value] = newName(.int(value)) }
    return smallNames[value]
  }

  private mutating func anyName(_ scalar: Scalar) -> Int32 {
    if let name = names[scalar] { return name }
    let name = newName(scalar)
    names[scalar] = name
    return name
  }

  private mutating func newName(_ scalar: Scalar) -> Int32 {
    history.names.append(scalar)
    return Int32(history.names.count - 1)
  }

  /// Adds a micro-operation to the line.
  mutating func add(_ operation: MicroOperation) {
    switch operation {
    case .append(let key, let value): add(.append, key, value)
    case .write(let key, let value): add(.write, key, value)
    case .insert(let range, let id): add(.insert, range, id)
    case .delete(let range, let id): add(.delete, range, id)
    case .read(let key, nil): addStep(.read, name(key), History.none)
    case .read(let key, .register(let value)?): add(.read, key, value)
    case .read(let key, .list(let list)?): add(.read, key, list)
    case .scan(let range, nil): addStep(.scan, name(range), History.none)
    case .scan(let range, let ids?): add(.scan, range, ids)
    }
  }

  private mutating func add(_ function: History.Function, _ key: Scalar, _ value: Scalar) {
    addStep(function, name(key), name(value))
  }

  private mutating func add(_ function: History.Function, _ key: Scalar, _ list: [Scalar]) {
    let start = elementCount
    for element in list { addElement(name(element)) }
    addStep(function, name(key), from: start)
  }

  /// How many elements there are; a list that is added now begins there.
  var elementCount: Int { history.elements.count }

  mutating func addElement(_ name: Int32) {
    history.elements.append(name)
  }

  mutating func addStep(_ function: History.Function, _ key: Int32, _ value: Int32) {
    history.steps.append(
      History.Step(function: function, key: key, value: value, start: 0, count: History.none))
  }

  mutating func addStep(_ function: History.Function, _ key: Int32, from start: Int) {
    history.steps.append(
      History.Step(
        function: function, key: key, value: History.none, start: start,
        count: Int32(history.elements.count - start)))
  }

  /// Ends a line whose micro-operations have been added.
  mutating func endLine(
    process: Int, kind: HistoryEvent.Kind, time: Int
  ) throws(HistoryError) {
    let added = firstStep..<history.steps.count
    for step in added { try keys.note(history.steps[step], history, line: line) }
    if let last = lastTimes.updateValue(time, forKey: process), last > time {
      throw error("the time of process \(process) runs backwards")
    }
    if kind == .invoke {
      try invoke(process, time, added)
    } else {
      try complete(process, kind, time, added)
    }
  }

  private mutating func invoke(
    _ process: Int, _ time: Int, _ added: Range<Int>
  )
    throws(HistoryError)
  {
    if let index = open[process] {
      let line = history.transactions[index].invocationLine
      throw error("process \(process) has not finished what it began at line \(line)")
    }
    if let line = crashed[process] { throw hasEnded(process, line) }
    open[process] = history.transactions.count
    history.transactions.append(
      History.Transaction(
        process: process, status: .info, invocationLine: line, completionLine: 0,
        invocationTime: time, completionTime: .max, steps: added))
  }

  private mutating func complete(
    _ process: Int, _ kind: HistoryEvent.Kind, _ time: Int, _ added: Range<Int>
  ) throws(HistoryError) {
    guard let index = open.removeValue(forKey: process) else {
      if let line = crashed[process] { throw hasEnded(process, line) }
      throw error("process \(process) has begun nothing")
    }
    var transaction = history.transactions[index]
    try checkAgreement(transaction, kind, added)
    transaction.completionLine = line
    switch kind {
    case .ok:
      transaction.status = .ok
      transaction.completionTime = time
    case .fail: transaction.status = .fail
    default:
      crashed[process] = line
      transaction.isUnspecified = transaction.steps.isEmpty
    }
    // An unknown end that repeats everything says what was read.
    let isWhole = kind == .ok || (kind == .info && added.count >= transaction.steps.count)
    if isWhole || transaction.steps.isEmpty { transaction.steps = added }
    history.transactions[index] = transaction
  }

  /// Checks that a completion is of what was invoked; an invocation that did not know yet has no micro-operations.
  private func checkAgreement(
    _ transaction: History.Transaction, _ kind: HistoryEvent.Kind, _ added: Range<Int>
  ) throws(HistoryError) {
    if transaction.steps.isEmpty { return }
    let mayEnd = kind != .ok && added.count < transaction.steps.count
    var agrees = mayEnd || added.count == transaction.steps.count
    for (before, after) in zip(transaction.steps, added) where agrees {
      let (before, after) = (history.steps[before], history.steps[after])
      agrees = before.function == after.function && before.key == after.key
      if before.function.isWrite { agrees = agrees && before.value == after.value }
    }
    if !agrees {
      throw error("not the transaction that was begun at line \(transaction.invocationLine)")
    }
  }

  private func hasEnded(_ process: Int, _ line: Int) -> HistoryError {
    error("process \(process) ended with the info of line \(line)")
  }

  private func error(_ reason: String) -> HistoryError {
    HistoryError(line: line, reason)
  }

  /// Ends the history.
  consuming func finish() throws(HistoryError) -> History {
    try indexWrites()
    try checkDeletes()
    for index in open.values where history.transactions[index].steps.isEmpty {
      history.transactions[index].isUnspecified = true
    }
    history.hasUnspecified = history.transactions.contains { $0.isUnspecified }
    return history
  }

  private mutating func indexWrites() throws(HistoryError) {
    var lastWrites = [(transaction: Int, write: Int)](
      repeating: (-1, 0), count: history.names.count)
    for (number, transaction) in history.transactions.enumerated() {
      for index in transaction.steps where history.steps[index].function.isWrite {
        let step = history.steps[index]
        let (write, previous) = history.writes.add(
          History.Write(transaction: Int32(number), step: index, isFinal: true), step)
        if let previous {
          throw duplicate(step, in: transaction, previous)
        }
        if step.function.isOfRange { continue }
        let last = lastWrites[Int(step.key)]
        if last.transaction == number { history.writes.makeIntermediate(last.write) }
        lastWrites[Int(step.key)] = (number, write)
      }
    }
  }

  private func duplicate(
    _ step: History.Step, in transaction: History.Transaction, _ previous: History.Write
  ) -> HistoryError {
    let first = history.transactions[Int(previous.transaction)]
    return HistoryError(
      line: transaction.invocationLine,
      "\(history.operation(step)) is also in the transaction of line \(first.invocationLine)")
  }

  private func checkDeletes() throws(HistoryError) {
    for transaction in history.transactions {
      for index in transaction.steps where history.steps[index].function == .delete {
        let step = history.steps[index]
        if history.writes.insert(range: step.key, id: step.value) == nil {
          throw HistoryError(
            line: transaction.invocationLine,
            "\(history.operation(step)) deletes what nobody inserts")
        }
      }
    }
  }
}
