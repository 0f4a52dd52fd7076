// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Unique ids that are added without reading, and reads of all of them: what was acknowledged is there, what failed is not.
public struct SetWorkload: Workload {
  private static let transactionsPerSet = 200

  private let seed: UInt64

  /// Creates the workload of a seed.
  public init(seed: UInt64) {
    self.seed = seed
  }

  /// One or two ids, or one time in five a read.
  public func transaction(_ number: Int) -> WorkloadTransaction {
    var random = SplitMix64(seed: seed, transaction: number)
    let set = Scalar.int(number / Self.transactionsPerSet)
    if random.below(5) == 0 { return WorkloadTransaction([.scan(set, nil)]) }
    let ids = (0..<1 + random.below(2)).map { MicroOperation.insert(set, .int(2 * number + $0)) }
    return WorkloadTransaction(ids)
  }

  /// Each id is a column of its set's row.
  public var rangeLayout: RangeLayout { .columns }

  /// Reads all sets.
  public func last(after count: Int) -> [WorkloadTransaction] {
    let sets = (count + Self.transactionsPerSet - 1) / Self.transactionsPerSet
    return (0..<sets).map { WorkloadTransaction([.scan(.int($0), nil)]) }
  }

  /// Ids that are missing though they were acknowledged, and ids that are there though they failed.
  public func violations(in history: History) -> [String] {
    RangeBounds(history).violations
  }
}
