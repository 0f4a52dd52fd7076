// SPDX-License-Identifier: Apache-2.0

/// One version of one column of a row.
public struct Cell: Hashable, Sendable {
  /// The column the cell belongs to.
  public var column: Column

  /// The version of the cell.
  public var timestamp: Timestamp

  /// The value: 0 to `StoreLimits.valueBytesMax` bytes.
  public var value: Bytes

  /// Creates a cell.
  public init(column: Column, timestamp: Timestamp, value: Bytes) {
    self.column = column
    self.timestamp = timestamp
    self.value = value
  }
}
