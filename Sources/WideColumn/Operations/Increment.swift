// SPDX-License-Identifier: Apache-2.0

/// Additions to integers of one row, made in one step.
///
/// An integer is a value of eight bytes, big-endian, in two's complement; a column that is absent counts as zero.
public struct Increment: Hashable, Sendable {
  /// The changes this increment stands for.
  public private(set) var rowMutations: RowMutations

  /// Creates an increment of a row.
  public init(_ row: RowKey) {
    rowMutations = RowMutations(row)
  }

  /// Adds to the integer in a column.
  public mutating func add(family: String, qualifier: Bytes, by amount: Int64 = 1) {
    rowMutations.increment(family: family, qualifier: qualifier, by: amount)
  }
}

extension Int64 {
  /// The integer in the value of a counter; nil when it does not have eight bytes.
  public init?(counterValue value: Bytes) {
    guard value.count == 8 else { return nil }
    self = value.reduce(0) { $0 << 8 | Int64($1) }
  }

  /// The value of a counter: eight bytes, big-endian.
  public var counterValue: Bytes {
    unsafe withUnsafeBytes(of: bigEndian) { unsafe Bytes(Array($0)) }
  }
}
