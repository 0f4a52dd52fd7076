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

  /// Adds a cell.
  ///
  /// - Parameters:
  ///   - family: The family of its column.
  ///   - qualifier: The qualifier of its column.
  ///   - value: Its value.
  ///   - timestamp: Its version; nil: assigned by the store.
  ///   - timeToLive: How long after its timestamp reads find it; nil: as long as the family says.
  public mutating func add(
    family: String, qualifier: Bytes, value: Bytes, timestamp: Timestamp? = nil,
    timeToLive: Duration? = nil
  ) {
    rowMutations.put(
      family: family, qualifier: qualifier, value: value, timestamp: timestamp,
      timeToLive: timeToLive)
  }
}
