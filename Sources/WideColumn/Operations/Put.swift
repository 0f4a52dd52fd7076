// SPDX-License-Identifier: Apache-2.0

/// A write of cells to one row.
public struct Put: Hashable, Sendable {
  /// The changes this put stands for.
  public private(set) var rowMutations: RowMutations

  /// The row written to.
  public var row: RowKey { rowMutations.row }

  /// Creates a put to a row.
  public init(_ row: RowKey) {
    rowMutations = RowMutations(row)
  }

  /// Adds a cell; a nil timestamp is assigned by the store.
  public mutating func add(
    family: String, qualifier: Bytes, value: Bytes, timestamp: Timestamp? = nil
  ) {
    rowMutations.put(family: family, qualifier: qualifier, value: value, timestamp: timestamp)
  }
}
