// SPDX-License-Identifier: Apache-2.0

import PanjeonTesting
import WideColumn

/// Makes small histories of a store that is sometimes wrong.
struct RandomHistory {
  /// Which micro-operations there are.
  enum Workload: String, CaseIterable {
    case lists, registers, ranges, deletes, mixed
  }

  private let workload: Workload
  private var random: SplitMix64
  private var store = SmallStore()
  /// What the store held after each transaction.
  private var past = [SmallStore()]
  private var lastValue = 0
  private var deleted: Set<Scalar> = []
  private let stalePercent: Int
  private let dirtyPercent: Int

  /// Draws a history.
  static func make(_ workload: Workload, seed: UInt64) -> [SmallTransaction] {
    var maker = RandomHistory(workload, seed: seed)
    return maker.make()
  }

  private init(_ workload: Workload, seed: UInt64) {
    self.workload = workload
    random = SplitMix64(seed: seed)
    stalePercent = [0, 10, 30, 60][random.below(4)]
    dirtyPercent = [0, 0, 0, 5][random.below(4)]
  }

  private mutating func make() -> [SmallTransaction] {
    var transactions = schedule()
    let jitter = [1, 6, 30][random.below(3)]
    let order = transactions.indices.map { ($0, transactions[$0].begin + random.below(jitter)) }
      .sorted { ($0.1, $0.0) < ($1.1, $1.0) }
    for (index, _) in order { run(&transactions[index]) }
    return transactions
  }

  /// Draws who does something when, and what becomes of it.
  private mutating func schedule() -> [SmallTransaction] {
    var processes = Array(0..<1 + random.below(4))
    var clocks = [Int](repeating: 0, count: processes.count)
    var transactions: [SmallTransaction] = []
    for number in 0..<2 + random.below(4) {
      let place = random.below(processes.count)
      let begin = clocks[place] + random.below(5)
      let end = begin + 1 + random.below(10)
      clocks[place] = end + random.below(3)
      let draw = random.below(100)
      let status: HistoryEvent.Kind = draw < 8 ? .fail : draw < 20 ? .info : .ok
      transactions.append(
        SmallTransaction(
          process: processes[place], begin: begin, end: end, status: status, operations: []))
      if status == .info { processes[place] = 10 + number }
    }
    return transactions
  }

  /// Runs a transaction on what the store holds, or held once.
  private mutating func run(_ transaction: inout SmallTransaction) {
    var own: [MicroOperation] = []
    let isStale = random.chance(percent: stalePercent)
    let snapshot = isStale ? past[random.below(past.count)] : store
    for _ in 0..<1 + random.below(3) {
      var view = random.chance(percent: dirtyPercent) ? past[random.below(past.count)] : snapshot
      for operation in own { _ = view.run(operation) }
      let operation = operation(on: view)
      transaction.operations.append(operation)
      if ShortHistory.asked(operation) == operation { own.append(operation) }
    }
    let happens =
      switch transaction.status {
      case .fail: random.chance(percent: dirtyPercent)
      case .info: random.chance(percent: 50)
      default: true
      }
    if !happens { return }
    for operation in own { _ = store.run(operation) }
    past.append(store)
  }

  private mutating func operation(on view: SmallStore) -> MicroOperation {
    let isRead = random.chance(percent: 50)
    let drawn: Workload =
      workload == .mixed ? [.lists, .registers, .deletes][random.below(3)] : workload
    switch drawn {
    case .lists, .mixed:
      let key: Scalar = random.chance(percent: 60) ? "x" : "y"
      if !isRead { return .append(key, nextValue()) }
      var list = view.lists[key, default: []]
      if list.count > 1, random.chance(percent: dirtyPercent) { list.swapAt(0, list.count - 1) }
      return .read(key, .list(list))
    case .registers:
      let key: Scalar = random.chance(percent: 60) ? "u" : "v"
      if !isRead { return .write(key, nextValue()) }
      return .read(key, view.registers[key].map { .register($0) })
    case .ranges, .deletes:
      let range: Scalar = random.chance(percent: 70) ? "s" : "t"
      let ids = view.ranges[range, default: []].sorted { "\($0)" < "\($1)" }
      if isRead { return .scan(range, ids) }
      if drawn == .deletes, random.chance(percent: 50),
        let id = ids.first(where: { !deleted.contains($0) })
      {
        deleted.insert(id)
        return .delete(range, id)
      }
      return .insert(range, nextValue())
    }
  }

  private mutating func nextValue() -> Scalar {
    lastValue += 1
    return .int(lastValue)
  }
}
