// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import WideColumn

/// What a verb reads of a table: which rows, and which of their cells.
struct ScanOptions: ParsableArguments {
  @OptionGroup var range: RangeOptions
  @OptionGroup var columns: ColumnOptions
  @OptionGroup var bytes: ByteOptions

  /// How many cells of a row are held at once.
  private static let cellsPerBatchMax = 10_000

  func validate() throws { _ = try scan(rowsMax: nil) }

  func scan(rowsMax: Int?) throws -> Scan {
    Scan(
      try range.rows(bytes), columns: try columns.selection(bytes), versionsMax: columns.versions,
      rowsMax: rowsMax, cellsPerBatchMax: Self.cellsPerBatchMax)
  }
}
