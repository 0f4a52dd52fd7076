// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Pairs that are on call: who wants to go off looks whether the other one is on, so one is always on.
///
/// Under snapshot isolation both look at the same time, and both go.
public struct WriteSkewWorkload: Workload {
  private static let pairs = 4

  private let seed: UInt64

  /// Creates the workload of a seed.
  public init(seed: UInt64) {
    self.seed = seed
  }

  /// All are on.
  public var first: [WorkloadTransaction] {
    [
      WorkloadTransaction(
        (0..<2 * Self.pairs).map { .write(.int($0), StateValue.value("on", by: -1)) })
    ]
  }

  /// One of a pair looks at both, and goes on if it is off, and off if the other is on; one time in four it only looks.
  public func transaction(_ number: Int) -> WorkloadTransaction {
    var random = SplitMix64(seed: seed, transaction: number)
    let mine = random.below(2 * Self.pairs)
    let other = mine ^ 1
    if random.below(4) == 0 {
      return WorkloadTransaction([.read(.int(mine), nil), .read(.int(other), nil)])
    }
    return WorkloadTransaction { done in
      switch done.count {
      case 0: return .read(.int(other), nil)
      case 1: return .read(.int(mine), nil)
      case 2 where StateValue.read(done[1]) == "off":
        return .write(.int(mine), StateValue.value("on", by: number))
      case 2 where StateValue.read(done[0]) == "on":
        return .write(.int(mine), StateValue.value("off", by: number))
      default: return nil
      }
    }
  }

  /// Looks at all.
  public func last(after count: Int) -> [WorkloadTransaction] {
    [WorkloadTransaction((0..<2 * Self.pairs).map { .read(.int($0), nil) })]
  }

  /// Pairs of which nobody was on.
  public func violations(in history: History) -> [String] {
    history.violations { operations in
      var off: Set<Int> = []
      for operation in operations {
        guard let read = operation.register, case .int(let key) = read.key else { continue }
        if read.value.flatMap(StateValue.state) != "off" { continue }
        if off.contains(key ^ 1) {
          return "neither \(min(key, key ^ 1)) nor \(max(key, key ^ 1)) is on"
        }
        off.insert(key)
      }
      return nil
    }
  }
}
