// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Inserts into ranges of rows that depend on what a scan found: into the range that was scanned if it has room, and into one range
/// after a scan of another.
public struct PhantomWorkload: Workload {
  private static let rangesAtOnce = 4
  private static let transactionsPerRanges = 40
  /// How many ids a range of the first two of four may hold.
  private static let idsMax = 4

  private let seed: UInt64

  /// Creates the workload of a seed.
  public init(seed: UInt64) {
    self.seed = seed
  }

  /// A scan and an insert, or one time in eight two scans.
  public func transaction(_ number: Int) -> WorkloadTransaction {
    var random = SplitMix64(seed: seed, transaction: number)
    let first = number / Self.transactionsPerRanges * Self.rangesAtOnce
    let side = random.below(2)
    switch random.below(8) {
    case 0:
      return WorkloadTransaction([
        .scan(.int(first + side), nil), .scan(.int(first + 2 + random.below(2)), nil),
      ])
    case 1...3:
      return WorkloadTransaction([
        .scan(.int(first + 2 + side), nil), .insert(.int(first + 3 - side), .int(number)),
      ])
    default:
      let range = Scalar.int(first + side)
      return WorkloadTransaction { done in
        guard let last = done.last else { return .scan(range, nil) }
        guard case .scan(_, let ids?) = last, ids.count < Self.idsMax else { return nil }
        return .insert(range, .int(number))
      }
    }
  }

  /// Scans all ranges.
  public func last(after count: Int) -> [WorkloadTransaction] {
    let windows = (count + Self.transactionsPerRanges - 1) / Self.transactionsPerRanges
    let scans = (0..<windows * Self.rangesAtOnce).map { MicroOperation.scan(.int($0), nil) }
    return scans.pieces(of: 16).map { WorkloadTransaction($0) }
  }

  /// Ranges that hold more ids than they may.
  public func violations(in history: History) -> [String] {
    history.violations { operations in
      for case .scan(.int(let range), let ids?) in operations
      where range % Self.rangesAtOnce < 2 && ids.count > Self.idsMax {
        return "range \(range) holds \(ids.count) ids, and may hold \(Self.idsMax)"
      }
      return nil
    }
  }
}
