// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// An SSTable as a region sees it: a whole file, or the part of one within bounds.
package final class Table: Sendable {
  package let file: TableFile

  /// What the region sees of the file; nil: all.
  package let bounds: KeyRange?

  /// The rows that the file has and the region sees; the stop is behind the last of them.
  package let rows: KeyRange

  /// The bytes of the blocks that hold these rows, roughly where a block holds others too.
  package let bytes: UInt64

  package init(_ file: TableFile, bounds: KeyRange? = nil) {
    self.file = file
    self.bounds = bounds
    let whole = file.properties.rows
    rows = bounds.map { whole.intersection($0) } ?? whole
    bytes = bounds == nil ? file.fileBytes : file.index.bytes(of: rows)
  }

  /// Whether the region sees a row of the file, or would if there were such a one.
  @inline(always)
  package func contains(_ row: UnsafeRawBufferPointer) -> Bool {
    unsafe rows.contains(row)
  }

  /// Whether all rows that the region sees come before a row.
  @inline(always)
  package func isBefore(_ row: UnsafeRawBufferPointer) -> Bool {
    guard let stop = rows.stop else { return false }
    return unsafe stop.withUnsafeBytes { unsafe compareBytes($0, row) <= 0 }
  }

  package var number: UInt64 { file.number }

  package var properties: TableProperties { file.properties }

  /// Which part of which file.
  package var part: TablePart { TablePart(number: number, start: bounds?.start ?? Bytes()) }

  /// Whether some cell in it may have this timestamp or a greater one.
  package func isAsYoung(as timestamp: Int64) -> Bool {
    properties.maxTimestamp >= timestamp
  }

  /// A cursor over the rows that the region sees.
  package func makeCursor(_ mode: ReadMode, fillsCache: Bool = true) -> CellCursor {
    let cursor = TableCursor(file, mode: mode, fillsCache: fillsCache)
    guard let bounds else { return cursor }
    return BoundedCursor(cursor, rows: bounds)
  }

  /// A cursor for a read of one of these rows: behind the row it may show what the region does not see.
  package func makeRowCursor(_ mode: ReadMode) -> CellCursor {
    TableCursor(file, mode: mode, fillsCache: true)
  }
}
