// SPDX-License-Identifier: Apache-2.0

/// A read of one row.
public struct Get: Hashable, Sendable {
  /// The row to read.
  public var row: RowKey

  /// The columns to return; by default all.
  public var columns: ColumnSelection

  /// How many versions of a column to return at the most, newest first; by default 1.
  ///
  /// Never more than the family keeps.
  public var versionsMax: Int

  /// How many cells of the row to return at the most, in the store's order; nil for no limit.
  public var cellsMax: Int?

  /// Creates a read of one row.
  public init(
    _ row: RowKey, columns: ColumnSelection = .all, versionsMax: Int = 1, cellsMax: Int? = nil
  ) {
    self.row = row
    self.columns = columns
    self.versionsMax = versionsMax
    self.cellsMax = cellsMax
  }
}
