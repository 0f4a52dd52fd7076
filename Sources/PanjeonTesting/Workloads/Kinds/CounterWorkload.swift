// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Increments that read nothing, and reads of the sum.
///
/// Each increment adds another power of four, so the sum says which of them it holds, and how often: in the history an
/// increment is an insert into a range, and a read of the counter is its scan (``RangeLayout/counter``).
public struct CounterWorkload: Workload {
  private static let idsPerCounter = 31

  private let seed: UInt64

  /// Creates the workload of a seed.
  public init(seed: UInt64) {
    self.seed = seed
  }

  /// Increments of one or two counters, or one time in three reads of both.
  public func transaction(_ number: Int) -> WorkloadTransaction {
    var random = SplitMix64(seed: seed, transaction: number)
    let (group, id) = number.quotientAndRemainder(dividingBy: Self.idsPerCounter)
    let counters = [2 * group, 2 * group + 1].shuffled(using: &random)
    switch random.below(6) {
    case 0...1: return WorkloadTransaction(counters.map { .scan(.int($0), nil) })
    case 2: return WorkloadTransaction([.insert(.int(counters[0]), .int(id))])
    case 3:
      // A transaction that reads the counter it adds to sees its own part.
      return WorkloadTransaction([
        .insert(.int(counters[0]), .int(id)), .scan(.int(counters[0]), nil),
      ])
    default: return WorkloadTransaction(counters.map { .insert(.int($0), .int(id)) })
    }
  }

  /// Counters are columns of their rows.
  public var rangeLayout: RangeLayout { .counter }

  /// Reads all counters.
  public func last(after count: Int) -> [WorkloadTransaction] {
    let groups = (count + Self.idsPerCounter - 1) / Self.idsPerCounter
    let scans = (0..<2 * groups).map { MicroOperation.scan(.int($0), nil) }
    return scans.pieces(of: 16).map { WorkloadTransaction($0) }
  }

  /// Sums below the acknowledged increments, and above those that were begun.
  public func violations(in history: History) -> [String] {
    RangeBounds(history).violations
  }
}
