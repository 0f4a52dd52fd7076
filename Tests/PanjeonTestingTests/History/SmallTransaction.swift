// SPDX-License-Identifier: Apache-2.0

import PanjeonTesting

/// A transaction of a history that is small enough to try every order.
struct SmallTransaction {
  var process: Int
  var begin: Int
  var end: Int
  var status: HistoryEvent.Kind
  /// What it asked, with what it read.
  var operations: [MicroOperation]

  /// The events of transactions, in the order of time.
  static func events(_ transactions: [SmallTransaction]) -> [HistoryEvent] {
    var events: [HistoryEvent] = []
    for one in transactions {
      let asked = one.operations.map(ShortHistory.asked)
      events.append(
        HistoryEvent(process: one.process, kind: .invoke, time: one.begin, value: asked))
      events.append(
        HistoryEvent(
          process: one.process, kind: one.status, time: one.end,
          value: one.status == .ok ? one.operations : asked))
    }
    return events.enumerated().sorted {
      ($0.element.time, $0.offset) < ($1.element.time, $1.offset)
    }
    .map(\.element)
  }
}

/// What a store holds that runs one transaction after another.
struct SmallStore {
  var lists: [Scalar: [Scalar]] = [:]
  var registers: [Scalar: Scalar] = [:]
  var ranges: [Scalar: Set<Scalar>] = [:]

  /// Runs a micro-operation.
  ///
  /// - Returns: Whether it could have been so; reads are not looked at for a transaction whose end is not known.
  mutating func run(_ operation: MicroOperation, checkingReads: Bool = true) -> Bool {
    switch operation {
    case .append(let key, let value): lists[key, default: []].append(value)
    case .write(let key, let value): registers[key] = value
    case .insert(let range, let id): ranges[range, default: []].insert(id)
    case .delete(let range, let id): return ranges[range, default: []].remove(id) != nil
    case .read(let key, .list(let list)?): return !checkingReads || lists[key, default: []] == list
    case .read(let key, .register(let value)?): return !checkingReads || registers[key] == value
    case .read(let key, nil): return !checkingReads || registers[key] == nil
    case .scan(let range, let ids):
      let found = ids ?? []
      return !checkingReads
        || (Set(found) == ranges[range, default: []] && Set(found).count == found.count)
    }
    return true
  }

  /// Runs a transaction; false if it could not have been so.
  mutating func run(_ transaction: SmallTransaction) -> Bool {
    for operation in transaction.operations
    where !run(operation, checkingReads: transaction.status == .ok) {
      return false
    }
    return true
  }
}
