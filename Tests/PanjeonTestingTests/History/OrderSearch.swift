// SPDX-License-Identifier: Apache-2.0

import PanjeonTesting

/// Tries every order of a few transactions.
struct OrderSearch {
  let transactions: [SmallTransaction]

  /// Drops those that failed: they did not happen.
  init(_ transactions: [SmallTransaction]) {
    self.transactions = transactions.filter { $0.status != .fail }
  }

  /// Whether the level holds: whether there is an order by which every read is right, of all that committed and some of those
  /// whose end is not known.
  func holds(_ level: ConsistencyLevel) -> Bool {
    if level == .snapshotIsolation { return hasSnapshots([:], SmallStore(), []) }
    return hasOrder(SmallStore(), Set(transactions.indices), level)
  }

  private func hasOrder(
    _ store: SmallStore, _ left: Set<Int>, _ level: ConsistencyLevel
  ) -> Bool {
    if !left.contains(where: { transactions[$0].status == .ok }) { return true }
    for index in left {
      if left.contains(where: { $0 != index && mustPrecede($0, index, level) }) { continue }
      var after = store
      if after.run(transactions[index]), hasOrder(after, left.subtracting([index]), level) {
        return true
      }
    }
    return false
  }

  /// Whether an order of clients puts one transaction before another; what is not known to have ended precedes nothing.
  private func mustPrecede(_ first: Int, _ second: Int, _ level: ConsistencyLevel) -> Bool {
    let (a, b) = (transactions[first], transactions[second])
    if level == .serializable || a.status != .ok { return false }
    if a.process == b.process { return first < second }
    return level == .strictSerializable && a.end < b.begin
  }

  /// A transaction that has taken its snapshot and not committed.
  private struct Active {
    /// The keys that others have committed since.
    var overwritten: Set<Scalar> = []
  }

  /// Whether snapshots and commits can be interleaved so that each read is of its snapshot and no two transactions that
  /// overlap write one key.
  private func hasSnapshots(
    _ active: [Int: Active], _ store: SmallStore, _ done: Set<Int>
  ) -> Bool {
    if !transactions.indices.contains(where: {
      transactions[$0].status == .ok && !done.contains($0)
    }) {
      return true
    }
    for index in transactions.indices where !done.contains(index) {
      if let one = active[index] {
        let written = keysWritten(by: index)
        if !one.overwritten.isDisjoint(with: written) { continue }
        var (others, after) = (active, store)
        others[index] = nil
        for other in others.keys { others[other]?.overwritten.formUnion(written) }
        for operation in transactions[index].operations {
          _ = after.run(operation, checkingReads: false)
        }
        if hasSnapshots(others, after, done.union([index])) { return true }
      } else {
        var snapshot = store
        if !snapshot.run(transactions[index]) { continue }
        var others = active
        others[index] = Active()
        if hasSnapshots(others, store, done) { return true }
      }
    }
    return false
  }

  private func keysWritten(by index: Int) -> Set<Scalar> {
    var keys: Set<Scalar> = []
    for operation in transactions[index].operations {
      switch operation {
      case .append(let key, _), .write(let key, _): keys.insert(key)
      default: break
      }
    }
    return keys
  }
}
