// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// The rows of a scan of a snapshot, or pieces of them, without their locks.
public struct SnapshotCursor<Store: SnapshotStore>: RowCursor {
  private var cursor: Store.Cursor
  private let locked: LockedRows<Store>
  private let scan: Scan
  private let cellsPerRowMax: Int
  private var rowsLeft: Int
  private var cellsLeft: Int

  /// The row that was read last, how many cells of it have been returned, and whether more of it may follow.
  private var row: RowKey?
  private var cellsOfRow = 0
  private var rowGoesOn = false

  /// What is left to return of a row that was read by itself, since it was locked.
  private var rest: RowResult?
  /// Whether pieces of the row that the scan comes to are passed over.
  private var isReadByItself = false

  private var isInPieces: Bool { scan.cellsPerBatchMax != nil }

  init(_ cursor: Store.Cursor, of scan: Scan, _ locked: LockedRows<Store>) {
    self.cursor = cursor
    self.scan = scan
    self.locked = locked
    cellsPerRowMax = scan.cellsPerRowMax ?? .max
    rowsLeft = scan.rowsMax ?? .max
    cellsLeft = cellsPerRowMax == 0 ? 0 : scan.cellsMax ?? .max
  }

  /// Returns the next row, or piece of one, or nil after the last.
  ///
  /// Throws errors of the store.
  public mutating func next() async throws(StoreError) -> RowResult? {
    while cellsLeft > 0, rowsLeft > 0 || rowGoesOn {
      if let whole = rest {
        let piece = whole.dropping(first: 0, keeping: scan.cellsPerBatchMax)
        rest = whole.dropping(first: piece?.count ?? 0, keeping: nil)
        rowGoesOn = rest != nil
        if let result = taken(piece) { return result }
        continue
      }
      guard let read = try await cursor.next() else { break }
      let lockCells = read.lockCellCount
      if read.row != row {
        if rowsLeft == 0 { break }
        row = read.row
        cellsOfRow = 0
        isReadByItself = lockCells > 0 && read.beginsLocked
        if isReadByItself {
          rest = try await locked.row(read.row, scan)
          rowGoesOn = false
        }
      }
      if isReadByItself { continue }
      rowGoesOn = isInPieces && read.mayHaveMoreCells
      if let result = taken(
        read.dropping(first: lockCells, keeping: cellsPerRowMax - cellsOfRow))
      {
        return result
      }
    }
    cellsLeft = 0
    return nil
  }

  /// What is returned of a row or a piece of one; nil when nothing is.
  private mutating func taken(_ data: RowResult?) -> RowResult? {
    guard let result = data?.taking(from: &cellsLeft) else { return nil }
    if cellsOfRow == 0 { rowsLeft -= 1 }
    cellsOfRow += result.count
    return result
  }
}

/// Reads locked rows that a scan of a snapshot meets.
struct LockedRows<Store: SnapshotStore>: Sendable {
  let locks: LockResolver<Store>
  let snapshot: Store.Snapshot
  let table: String

  /// What the scan would return of the row if what is decided had been done.
  func row(_ row: RowKey, _ scan: Scan) async throws(StoreError) -> RowResult? {
    let get = Get(
      row, columns: scan.columns, versionsMax: scan.versionsMax, cellsMax: scan.cellsPerRowMax,
      filter: scan.filter)
    return try await locks.row(get, in: table, at: snapshot)
  }
}
