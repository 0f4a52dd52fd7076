// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Registers that are each written once, alone, and readers of a group of them: all readers must agree on the order of the writes.
///
/// Parallel snapshot isolation lets two readers each miss what the other has seen.
public struct LongForkWorkload: Workload {
  private static let keysPerGroup = 3
  private static let transactionsPerGroup = 12

  private let seed: UInt64

  /// Creates the workload of a seed.
  public init(seed: UInt64) {
    self.seed = seed
  }

  /// A write of one register of the group, or a read of all of them in some order.
  public func transaction(_ number: Int) -> WorkloadTransaction {
    let (group, place) = number.quotientAndRemainder(dividingBy: Self.transactionsPerGroup)
    var random = SplitMix64(seed: seed, transaction: number)
    let firstKey = group * Self.keysPerGroup
    // Each key is written by one transaction of its group, the third, the sixth and the ninth.
    if place % 3 == 2, place / 3 < Self.keysPerGroup {
      return WorkloadTransaction([.write(.int(firstKey + place / 3), .int(number))])
    }
    let keys = Array(firstKey..<firstKey + Self.keysPerGroup).shuffled(using: &random)
    return WorkloadTransaction(keys.map { .read(.int($0), nil) })
  }

  /// Reads all groups.
  public func last(after count: Int) -> [WorkloadTransaction] {
    let groups = (count + Self.transactionsPerGroup - 1) / Self.transactionsPerGroup
    let reads = (0..<groups * Self.keysPerGroup).map { MicroOperation.read(.int($0), nil) }
    return reads.pieces(of: 8 * Self.keysPerGroup).map { WorkloadTransaction($0) }
  }

  /// Reads of one group of which neither has seen all that the other has.
  public func violations(in history: History) -> [String] {
    var seen: [Int: [Set<Int>]] = [:]
    for transaction in history.transactions where transaction.status == .ok {
      var keys: [Int: Set<Int>] = [:]
      var counts: [Int: Int] = [:]
      for index in transaction.steps {
        guard let read = history.operation(history.steps[index]).register,
          case .int(let key) = read.key
        else { continue }
        counts[key / Self.keysPerGroup, default: 0] += 1
        if read.value != nil { keys[key / Self.keysPerGroup, default: []].insert(key) }
      }
      for (group, count) in counts where count == Self.keysPerGroup {
        seen[group, default: []].append(keys[group] ?? [])
      }
    }
    var found: [String] = []
    for group in seen.keys.sorted() {
      let sets = Set(seen[group] ?? []).sorted { $0.count < $1.count }
      for (smaller, larger) in zip(sets, sets.dropFirst()) where !smaller.isSubset(of: larger) {
        found.append(
          "one reader saw the registers \(smaller.sorted()) written and another \(larger.sorted())")
      }
    }
    return Array(found.prefix(History.violationsMax))
  }
}
