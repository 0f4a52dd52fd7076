// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Reads and writes of registers, up to three in a transaction; every value is written once.
///
/// Each write is of a register that the transaction has read, so that the order of the versions can be told.
public struct RegisterWorkload: Workload {
  private static let keysAtOnce = 8
  private static let transactionsPerKeys = 2000

  private let seed: UInt64

  /// Creates the workload of a seed.
  public init(seed: UInt64) {
    self.seed = seed
  }

  /// Reads of one to three registers; half of these are written then.
  public func transaction(_ number: Int) -> WorkloadTransaction {
    var random = SplitMix64(seed: seed, transaction: number)
    let firstKey = number / Self.transactionsPerKeys * Self.keysAtOnce
    let onlyReads = random.below(4) == 0
    var operations: [MicroOperation] = []
    let keys = Array(0..<Self.keysAtOnce).shuffled(using: &random).prefix(1 + random.below(3))
    for key in keys {
      operations.append(.read(.int(firstKey + key), nil))
      if onlyReads || random.below(2) == 0 { continue }
      operations.append(.write(.int(firstKey + key), .int(number)))
    }
    return WorkloadTransaction(operations)
  }

  /// Reads all registers.
  public func last(after count: Int) -> [WorkloadTransaction] {
    let windows = (count + Self.transactionsPerKeys - 1) / Self.transactionsPerKeys
    let reads = (0..<windows * Self.keysAtOnce).map { MicroOperation.read(.int($0), nil) }
    return reads.pieces(of: 8).map { WorkloadTransaction($0) }
  }
}
