// SPDX-License-Identifier: Apache-2.0

extension Inference {
  /// Collects which version of a register follows which from transactions whose end is not known, and that are known to have
  /// happened, since something that they wrote was read.
  ///
  /// Such a transaction says what it had read before it was to commit: it committed, so it had read that. A null may also mean that it
  /// does not say.
  mutating func collectUnknownSuccessions() {
    var places = [Int32](repeating: History.none, count: history.names.count)
    for place in registers.indices { places[Int(registers[place].name)] = Int32(place) }
    for (number, transaction) in history.transactions.enumerated()
    where transaction.status == .info && happened[number] {
      var lastRead: [Int32: Int32] = [:]
      for index in transaction.steps {
        let step = history.steps[index]
        if step.function.isOfRange || places[Int(step.key)] == History.none { continue }
        if step.function == .read {
          if step.value != History.none { lastRead[step.key] = step.value }
        } else if let before = lastRead.removeValue(forKey: step.key),
          history.writes.write(key: step.key, value: step.value)?.isFinal == true,
          before != step.value
        {
          registers[Int(places[Int(step.key)])].successions.append(
            (before, step.value, Int32(number)))
        }
      }
    }
  }
}
