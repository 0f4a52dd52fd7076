// SPDX-License-Identifier: Apache-2.0

/// A read of the rows in a range, in the order of their keys.
public struct Scan: Hashable, Sendable {
  /// The rows to read; by default all.
  public var rows: KeyRange

  /// The columns to return; rows without any are passed over.
  public var columns: ColumnSelection

  /// How many versions of a column to return at the most, newest first; by default 1.
  public var versionsMax: Int

  /// How many rows to return at the most; nil for no limit.
  public var rowsMax: Int?

  /// How many cells of each row to return at the most, in the store's order; nil for no limit.
  public var cellsPerRowMax: Int?

  /// Whether rows come from the greatest key to the least.
  ///
  /// Cells within a row keep their order.
  public var isReversed: Bool

  /// Creates a scan.
  public init(
    _ rows: KeyRange = .all, columns: ColumnSelection = .all, versionsMax: Int = 1,
    rowsMax: Int? = nil, cellsPerRowMax: Int? = nil, isReversed: Bool = false
  ) {
    self.rows = rows
    self.columns = columns
    self.versionsMax = versionsMax
    self.rowsMax = rowsMax
    self.cellsPerRowMax = cellsPerRowMax
    self.isReversed = isReversed
  }
}
