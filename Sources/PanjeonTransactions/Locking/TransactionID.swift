// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// The name of a transaction: 128 random bits, in every row header that it writes.
public struct TransactionID: Hashable, Sendable, CustomStringConvertible {
  /// The upper 64 bits.
  public let high: UInt64

  /// The lower 64 bits.
  public let low: UInt64

  /// Creates an id from its halves.
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  init(using generator: inout SplitMix64) {
    self.init(high: generator.next(), low: generator.next())
  }

  /// The id as 32 hexadecimal digits.
  public var description: String {
    [high, low].map { half in
      let digits = String(half, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }
}
