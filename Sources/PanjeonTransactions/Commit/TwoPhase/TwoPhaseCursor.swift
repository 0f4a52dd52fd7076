// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// The rows of a scan of a ``TwoPhaseStore``.
public struct TwoPhaseCursor<Base: WideColumnStore>: RowCursor {
  private var cursor: Base.Cursor
  private var pages: TwoPhasePages<Base>?

  init(_ cursor: Base.Cursor, _ pages: TwoPhasePages<Base>? = nil) {
    self.cursor = cursor
    self.pages = pages
  }

  /// Returns the next row, or nil after the last.
  ///
  /// Throws as the read of one row does.
  public mutating func next() async throws(StoreError) -> RowResult? {
    guard var pages else { return try await cursor.next() }
    defer { self.pages = pages }
    return try await pages.next(&cursor)
  }
}

/// The pages in which a scan at a snapshot reads, each of them of one moment with all that was read before.
struct TwoPhasePages<Base: WideColumnStore>: Sendable {
  private let store: TwoPhaseStore<Base>
  private let snapshot: TwoPhaseSnapshot
  private let scan: Scan
  private let table: String
  private let rangeNumber: Int
  private let cellsPerBatchMax: Int?

  private var rows: [RowResult] = []
  private var place = 0
  /// How many cells of the row at that place have been returned.
  private var cellsReturned = 0
  private var isAtEnd = false
  private var rowsOfPage: Int

  init(
    _ store: TwoPhaseStore<Base>, _ snapshot: TwoPhaseSnapshot, _ scan: Scan, table: String,
    rangeNumber: Int, cellsPerBatchMax: Int?
  ) {
    self.store = store
    self.snapshot = snapshot
    self.scan = scan
    self.table = table
    self.rangeNumber = rangeNumber
    self.cellsPerBatchMax = cellsPerBatchMax
    rowsOfPage = store.options.rowsPerPage
  }

  mutating func next(_ cursor: inout Base.Cursor) async throws(StoreError) -> RowResult? {
    while place >= rows.count {
      if isAtEnd { return nil }
      try await readPage(&cursor)
    }
    let piece = rows[place].dropping(first: cellsReturned, keeping: cellsPerBatchMax)
    if piece?.mayHaveMoreCells == true, cellsPerBatchMax != nil {
      cellsReturned += piece?.count ?? 0
    } else {
      place += 1
      cellsReturned = 0
    }
    return piece
  }

  private mutating func readPage(_ cursor: inout Base.Cursor) async throws(StoreError) {
    (rows, place) = ([], 0)
    var last: RowKey?
    while rows.count < rowsOfPage {
      guard let row = try await cursor.next() else {
        isAtEnd = true
        break
      }
      last = row.row
      try await take(row)
    }
    rowsOfPage = min(2 * rowsOfPage, 64 * store.options.rowsPerPage)
    var covered = scan.rows
    if !isAtEnd, let last {
      if scan.isReversed { covered.start = last } else { covered.stop = last.successor }
    }
    snapshot.setRange(rangeNumber, covered)
    // A scan is not of one moment by itself, not even one that finds nothing.
    try await store.requireUnchanged(snapshot, without: [])
  }

  /// Takes a row in; one that is locked as it is once its lock has ended.
  private mutating func take(_ row: RowResult) async throws(StoreError) {
    var taken: RowResult? = row
    if let header = row.header.flatMap(LockHeader.init(decoding:)), header.state != .stable {
      let get = Get(
        row.row, columns: scan.columns, versionsMax: scan.versionsMax,
        cellsMax: scan.cellsPerRowMax, filter: scan.filter)
      taken = try await store.stableRow(get, in: table)
    }
    let name = TransactionRow(table: table, row: row.row)
    if !snapshot.note(name, taken?.header) { throw TwoPhaseStore<Base>.tooOld }
    if let taken { rows.append(taken) }
  }
}
