// SPDX-License-Identifier: Apache-2.0

/// Bytes to be appended to values of one row, in one step.
public struct Append: Hashable, Sendable {
  /// The changes this append stands for.
  public private(set) var rowMutations: RowMutations

  /// Creates an append to a row.
  public init(_ row: RowKey) {
    rowMutations = RowMutations(row)
  }

  /// Adds bytes to the end of a column's value.
  public mutating func add(family: String, qualifier: Bytes, _ bytes: Bytes) {
    rowMutations.append(family: family, qualifier: qualifier, bytes)
  }
}
