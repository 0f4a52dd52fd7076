// SPDX-License-Identifier: Apache-2.0

/// A read of the rows in a range, in the order of their keys.
///
/// A store refuses negative limits and inverted ranges (`invalidArgument`); a limit of zero returns nothing.
public struct Scan: Hashable, Sendable {
  /// The rows to read, a range that is not inverted (``KeyRange/isInverted``); by default all.
  public var rows: KeyRange

  /// The columns to return; rows without any are passed over.
  public var columns: ColumnSelection

  /// How many versions of a column to return at the most, newest first, at least one; by default 1.
  public var versionsMax: Int

  /// How many rows to return at the most; nil for no limit.
  public var rowsMax: Int?

  /// How many cells of each row to return at the most, in the store's order; nil for no limit.
  public var cellsPerRowMax: Int?

  /// How many cells to return in all at the most, by which the last row may be cut short; nil for no limit.
  public var cellsMax: Int?

  /// How many cells of a row to return at once at the most, at least one; nil: all of them.
  ///
  /// A wider row comes in several pieces one after the other, all but the last of which say that they may not be all
  /// (``RowResult/mayHaveMoreCells``); so a row of any width is read in constant memory. HBase's `setBatch`.
  public var cellsPerBatchMax: Int?

  /// Which of the selected cells to return; nil: all.
  ///
  /// Rows without any are passed over.
  public var filter: Filter?

  /// Whether rows come from the greatest key to the least.
  ///
  /// Cells within a row keep their order.
  public var isReversed: Bool

  /// Creates a scan.
  ///
  /// - Parameters:
  ///   - rows: The rows to read.
  ///   - columns: The columns to return.
  ///   - versionsMax: How many versions of a column to return at the most.
  ///   - rowsMax: How many rows to return at the most; nil for no limit.
  ///   - cellsPerRowMax: How many cells of a row to return at the most; nil for no limit.
  ///   - cellsMax: How many cells to return in all at the most; nil for no limit.
  ///   - cellsPerBatchMax: How many cells of a row to return at once at the most; nil: all of them.
  ///   - filter: Which of the selected cells to return; nil: all.
  ///   - isReversed: Whether rows come from the greatest key to the least.
  public init(
    _ rows: KeyRange = .all, columns: ColumnSelection = .all, versionsMax: Int = 1,
    rowsMax: Int? = nil, cellsPerRowMax: Int? = nil, cellsMax: Int? = nil,
    cellsPerBatchMax: Int? = nil, filter: Filter? = nil, isReversed: Bool = false
  ) {
    self.cellsMax = cellsMax
    self.cellsPerBatchMax = cellsPerBatchMax
    self.filter = filter
    self.rows = rows
    self.columns = columns
    self.versionsMax = versionsMax
    self.rowsMax = rowsMax
    self.cellsPerRowMax = cellsPerRowMax
    self.isReversed = isReversed
  }
}
