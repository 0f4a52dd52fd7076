// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Appends of unique elements to lists and reads of whole lists, up to four in a transaction.
///
/// Elle's list-append: what was read shows all versions before it, so every anomaly shows. Keys are given up after some
/// hundred transactions for new ones, since each read costs the length of its list.
public struct AppendWorkload: Workload {
  private static let keysAtOnce = 8
  private static let transactionsPerKeys = 400

  private let seed: UInt64

  /// Creates the workload of a seed.
  public init(seed: UInt64) {
    self.seed = seed
  }

  /// One to four operations on the lists of the moment, half of them reads; one in four only reads.
  public func transaction(_ number: Int) -> WorkloadTransaction {
    var random = SplitMix64(seed: seed, transaction: number)
    let firstKey = number / Self.transactionsPerKeys * Self.keysAtOnce
    let onlyReads = random.below(4) == 0
    let operations = (0..<1 + random.below(4)).map { place -> MicroOperation in
      // Some lists are written more often than others.
      let key = firstKey + min(random.below(Self.keysAtOnce), random.below(Self.keysAtOnce))
      if onlyReads || random.below(2) == 0 { return .read(.int(key), nil) }
      return .append(.int(key), .int(4 * number + place))
    }
    return WorkloadTransaction(operations)
  }

  /// Reads all lists.
  public func last(after count: Int) -> [WorkloadTransaction] {
    let windows = (count + Self.transactionsPerKeys - 1) / Self.transactionsPerKeys
    let reads = (0..<windows * Self.keysAtOnce).map { MicroOperation.read(.int($0), nil) }
    return reads.pieces(of: 8).map { WorkloadTransaction($0) }
  }
}
