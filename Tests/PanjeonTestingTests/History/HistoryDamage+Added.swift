// SPDX-License-Identifier: Apache-2.0

import PanjeonTesting

/// Damage that is a few transactions more, behind all others.
extension HistoryDamage {
  /// The number of the first process that is added.
  static let firstAddedProcess = 1_000_000

  /// The events to be added, of two keys that nobody else uses; nil: it is another sort of damage.
  func added(to events: [HistoryEvent]) -> [HistoryEvent]? {
    let (a, b) = (Scalar.int(1_000_000), Scalar.int(1_000_001))
    func list(_ key: Scalar, _ elements: Scalar...) -> MicroOperation {
      .read(key, .list(elements))
    }
    let transactions: [[MicroOperation]]
    switch self {
    case .phantomsMissed:
      transactions = [[.scan(a, []), .insert(a, 1)], [.scan(a, []), .insert(a, 2)]]
    case .skewed:
      transactions = [[list(a), list(b), .append(a, 1)], [list(a), list(b), .append(b, 2)]]
    case .updateLost:
      transactions = [[.read(a, nil), .write(a, 1)], [.read(a, nil), .write(a, 2)]]
    case .forked:
      transactions = [
        [.append(a, 1)], [.append(b, 2)], [list(a, 1), list(b)], [list(a), list(b, 2)],
      ]
    default: return nil
    }
    return Self.overlapping(transactions, from: (events.last?.time ?? 0) + 1)
  }

  /// Transactions that all begin before the first of them ends.
  private static func overlapping(
    _ transactions: [[MicroOperation]], from time: Int
  ) -> [HistoryEvent] {
    let events = [HistoryEvent.Kind.invoke, .ok].flatMap { kind in
      transactions.enumerated().map { number, operations in
        HistoryEvent(
          process: firstAddedProcess + number, kind: kind, time: 0,
          value: kind == .ok ? operations : operations.map(\.asked))
      }
    }
    return events.enumerated().map { place, event in
      var event = event
      event.time = time + place
      return event
    }
  }
}

extension MicroOperation {
  /// The key or range.
  var key: Scalar {
    switch self {
    case .append(let key, _), .read(let key, _), .write(let key, _), .insert(let key, _),
      .delete(let key, _), .scan(let key, _):
      key
    }
  }

  /// The operation as it is asked for.
  fileprivate var asked: MicroOperation {
    switch self {
    case .read(let key, _): .read(key, nil)
    case .scan(let key, _): .scan(key, nil)
    case .append, .write, .insert, .delete: self
    }
  }
}
