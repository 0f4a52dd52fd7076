// SPDX-License-Identifier: Apache-2.0

/// A read of one row.
///
/// A store refuses negative limits and inverted ranges (`invalidArgument`); a limit of zero returns nothing.
public struct Get: Hashable, Sendable {
  /// The row to read.
  public var row: RowKey

  /// The columns to return; by default all.
  public var columns: ColumnSelection

  /// How many versions of a column to return at the most, newest first, at least one; by default 1.
  ///
  /// Never more than the family keeps.
  public var versionsMax: Int

  /// How many cells of the row to return at the most, in the store's order; nil for no limit.
  public var cellsMax: Int?

  /// Which of the selected cells to return; nil: all.
  public var filter: Filter?

  /// The column to begin at, in the store's order: to read a wide row by pages.
  ///
  /// The next page begins behind the last cell's column: `Column(family: last.family, qualifier: last.qualifier.successor)`.
  public var startingAt: Column?

  /// Creates a read of one row.
  ///
  /// - Parameters:
  ///   - row: The row to read.
  ///   - columns: The columns to return.
  ///   - versionsMax: How many versions of a column to return at the most.
  ///   - cellsMax: How many cells to return at the most; nil for no limit.
  ///   - filter: Which of the selected cells to return; nil: all.
  ///   - startingAt: The column to begin at; nil: the first.
  public init(
    _ row: RowKey, columns: ColumnSelection = .all, versionsMax: Int = 1, cellsMax: Int? = nil,
    filter: Filter? = nil, startingAt: Column? = nil
  ) {
    self.filter = filter
    self.startingAt = startingAt
    self.row = row
    self.columns = columns
    self.versionsMax = versionsMax
    self.cellsMax = cellsMax
  }
}

extension Get {
  /// Whether it leaves out no column.
  package var selectsAllColumns: Bool {
    columns.families == nil && filter == nil && startingAt == nil
  }
}
