// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// The rows of a scan of a snapshot, or pieces of them, without their locks.
public struct SnapshotCursor<Store: SnapshotStore>: RowCursor {
  private var cursor: Store.Cursor
  private let isInPieces: Bool
  private let cellsPerRowMax: Int
  private var rowsLeft: Int
  private var cellsLeft: Int

  /// The row that was read last, how many cells of it have been returned, and whether more of it may follow.
  private var row: RowKey?
  private var cellsOfRow = 0
  private var rowGoesOn = false

  init(_ cursor: Store.Cursor, of scan: Scan) {
    self.cursor = cursor
    isInPieces = scan.cellsPerBatchMax != nil
    cellsPerRowMax = scan.cellsPerRowMax ?? .max
    rowsLeft = scan.rowsMax ?? .max
    cellsLeft = cellsPerRowMax == 0 ? 0 : scan.cellsMax ?? .max
  }

  /// Returns the next row, or piece of one, or nil after the last.
  ///
  /// Throws errors of the store.
  public mutating func next() async throws(StoreError) -> RowResult? {
    while cellsLeft > 0, rowsLeft > 0 || rowGoesOn {
      guard let read = try await cursor.next() else { break }
      if read.row != row {
        if rowsLeft == 0 { break }
        row = read.row
        cellsOfRow = 0
      }
      rowGoesOn = isInPieces && read.mayHaveMoreCells
      let data = read.withoutLock(cellsMax: cellsPerRowMax - cellsOfRow)
      guard let result = data?.taking(from: &cellsLeft) else { continue }
      if cellsOfRow == 0 { rowsLeft -= 1 }
      cellsOfRow += result.count
      return result
    }
    cellsLeft = 0
    return nil
  }
}
