// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
package import WideColumn

/// A scan in progress: reads rows of a table's regions in order, at one snapshot.
///
/// It keeps only where it goes on from, a row and a place in it, so that it can be continued on another thread: with cursors
/// that may not wait for the disk, or with ones that may.
package final class TableScanner: @unchecked Sendable {
  // Unchecked: a cursor is not used by two tasks at once (its contract), and what it hands to an I/O thread it
  // does not touch until that thread is done.

  /// How many rows of which nothing is returned are passed over at once, before others get their turn.
  package static let rowsPassedMax = 1000

  let scan: Scan
  let plan: ReadPlan
  let snapshot: StoreSnapshot
  private let cellsPerPieceMax: Int
  private var regions: [Region]
  private var isAtEnd = false
  private(set) var rowsLeft: Int
  private var cellsLeft: Int
  private var passed = 0

  /// Where to go on: forward the least key that the next row may have, backward what its key is less than.
  var next: Bytes?

  /// The row of which pieces are being returned, and where the next one begins.
  private var piece: (row: Bytes, position: RowPosition)?

  /// The row the open cursors are still in, or within.
  var lastRow: Bytes?
  var open: (mode: ReadMode, region: Region, cursors: [CellCursor])?

  /// How rows are read together; nil when they are read one by one.
  var chunks: ChunkPlan?

  /// What was met behind rows that have been returned.
  var failure: StoreError?

  private var reader: RowReader
  private var readerMode = ReadMode.cacheOnly

  package init(_ scan: Scan, in table: TableHandle, at snapshot: StoreSnapshot) throws(StoreError) {
    plan = try ReadPlan(scan, layout: table.layout)
    self.scan = scan
    self.snapshot = snapshot
    reader = RowReader(plan: plan, at: ReadMoment(snapshot), mode: .cacheOnly)
    chunks = ChunkPlan(scan, plan)
    cellsPerPieceMax = scan.cellsPerBatchMax ?? .max
    rowsLeft = scan.rowsMax ?? .max
    cellsLeft = scan.cellsMax ?? .max
    let overlapping = table.regions(in: scan.rows)
    regions = scan.isReversed ? overlapping : overlapping.reversed()
    next = scan.isReversed ? scan.rows.stop : scan.rows.start
    isAtEnd =
      scan.rows.isEmpty || rowsLeft == 0 || cellsLeft == 0 || plan.cellsMax == 0
      || plan.families.isEmpty
  }

  /// The region that the scan is in.
  var region: Region? { regions.last }

  /// The next row, or piece of one, or nil after the last.
  ///
  /// Throws `wouldBlock` in `cacheOnly` mode, also after ``rowsPassedMax`` rows, or ``RowReader/cellsPassedMax`` cells, of which
  /// nothing is returned.
  package func nextRow(_ mode: ReadMode) throws(StoreError) -> RowResult? {
    passed = 0
    while !isAtEnd {
      do {
        if let result = try nextInRegion(mode) { return result }
      } catch {
        open = nil
        throw error
      }
      if isAtEnd { return nil }
      if passed >= Self.rowsPassedMax { return try takeBreath(mode) }
      open = nil
      regions.removeLast()
      if regions.isEmpty { finish() }
    }
    return nil
  }

  /// Whether there may be more, though ``nextRow(_:)`` has returned nothing: it has passed over many rows.
  package var isPaused: Bool { !isAtEnd }

  private func takeBreath(_ mode: ReadMode) throws(StoreError) -> RowResult? {
    if mode == .cacheOnly {
      open = nil
      throw StoreError(.wouldBlock, "many rows of which nothing is returned")
    }
    return nil
  }

  /// Whether it is between two rows, and may come to more.
  var hasRowsAhead: Bool { !isAtEnd && piece == nil }

  /// Notes that rows have been returned that were read together.
  func noteScanned(_ count: Int) {
    regions.last?.metrics.scannedRows.add(UInt64(count))
    rowsLeft -= count
    if rowsLeft == 0 { finish() }
  }

  /// Rows until there are about `rowsMax` or they hold `bytesMax`, for one trip to an I/O thread.
  ///
  /// None, though the scan is not at its end (``isPaused``), after many rows of which nothing is returned.
  package func nextBatch(rowsMax: Int, bytesMax: Int) throws(StoreError) -> RowBatch {
    try throwFailure()
    var rows = RowBatch()
    var bytes = 0
    while rows.count < rowsMax, bytes < bytesMax, failure == nil {
      do {
        let more = try nextRows(.mayBlock)
        if more.isEmpty { break }
        bytes += more.byteCount
        rows.append(more)
      } catch {
        // After what comes before it.
        if rows.isEmpty { throw error }
        failure = error
      }
    }
    open = nil
    return rows
  }

  /// Throws what was met behind the rows that have been returned by now.
  func throwFailure() throws(StoreError) {
    guard let failure else { return }
    self.failure = nil
    throw failure
  }

  /// Rows that do not go on in one direction would be gone round for ever.
  static let outOfOrder = StoreError(
    .corruption, "rows are out of order though their checksums are right; restore from a copy")

  private func finish() {
    isAtEnd = true
    open = nil
  }

  /// The next row of the region; nil when there is none, or when many have been passed over.
  private func nextInRegion(_ mode: ReadMode) throws(StoreError) -> RowResult? {
    let cursors = try openCursors(mode)
    if readerMode != mode {
      reader = RowReader(plan: plan, at: ReadMoment(snapshot), mode: mode)
      readerMode = mode
    }
    reader.forgetPassedCells()
    if let piece {
      if let result = try read(piece.row, from: piece.position, cursors) { return result }
      if isAtEnd { return nil }
    }
    while passed < Self.rowsPassedMax {
      guard let row = try nextKey(cursors) else { return nil }
      if let result = try read(row, from: RowPosition(), cursors) {
        regions.last?.metrics.scannedRows.add(1)
        return result
      }
      passed += 1
    }
    return nil
  }

  /// Reads a row, or what is left of it, and notes where to go on.
  private func read(
    _ row: Bytes, from position: RowPosition, _ cursors: [CellCursor]
  ) throws(StoreError) -> RowResult? {
    let (result, following) = try reader.readPiece(
      of: row, from: position, cellsMax: min(cellsPerPieceMax, cellsLeft), cursors: cursors,
      areAhead: !scan.isReversed && position.isAtStart)
    cellsLeft -= result?.count ?? 0
    if let following, cellsLeft > 0 {
      piece = (row, following)
      return result
    }
    piece = nil
    pass(row)
    if result != nil || position.cells > 0 { rowsLeft -= 1 }
    if rowsLeft == 0 || cellsLeft == 0 { finish() }
    return result
  }
}
