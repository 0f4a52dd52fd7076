// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// How a scan reads rows that hold nothing but values: several at once, into memory that they share.
///
/// As many as the client asks for; if it does not say how many, a few the first time, then twice as many each time, so that
/// one that stops early has had little read in vain.
extension TableScanner {
  /// How many rows are read together, and with what room for each.
  struct ChunkPlan {
    /// How rows are read.
    let plain: PlainRow
    var rows: Int
    /// What a row takes; nil when the next one is to say.
    private var room: RowChunk.Room?
    /// Whether the last chunk had no room for its first row, and the next one will have.
    fileprivate var isShort = false

    /// The plan of a scan; nil when its rows cannot be read so.
    init?(_ scan: Scan, _ plan: ReadPlan) {
      guard let plain = plan.plain, !scan.isReversed, scan.cellsPerBatchMax == nil,
        scan.cellsMax == nil
      else { return nil }
      self.plain = plain
      rows = min(scan.rowsMax ?? 4, RowChunk.rowsMax)
    }

    /// The room for so many rows, if they are as the one that the cursor is at or as those that were read last; nil when it would be too much
    /// for one.
    fileprivate mutating func room(for rows: Int, at cursor: CellCursor) -> RowChunk.Room? {
      room = room ?? RowChunk.Room(ofRowAt: cursor)
      guard let row = room, row.bytes <= RowChunk.bytesMax else {
        room = nil
        return nil
      }
      let rows = max(1, min(rows, RowChunk.bytesMax / max(1, row.bytes)))
      return RowChunk.Room(bytes: rows * row.bytes, cells: rows * row.cells)
    }

    /// Plans the next chunk by one that has been read.
    fileprivate mutating func note(_ chunk: borrowing RowChunk, in present: RowChunk.Room) {
      let needed = chunk.largestRow
      isShort =
        chunk.count == 0 && needed.bytes <= RowChunk.bytesMax
        && (needed.bytes > present.bytes || needed.cells > present.cells)
      room = needed.cells > 0 ? needed : nil
      rows = min(max(chunk.count, 2) * 2, RowChunk.rowsMax)
    }
  }

  /// The next rows, as many as are read at once; none after the last.
  ///
  /// Throws as ``nextRow(_:)``.
  package func nextRows(_ mode: ReadMode) throws(StoreError) -> RowBatch {
    try throwFailure()
    let rows = try nextChunk(mode)
    if !rows.isEmpty { return rows }
    return RowBatch(try nextRow(mode))
  }

  /// Rows of the present region; none when the next one is not of this kind, or there is none.
  private func nextChunk(_ mode: ReadMode) throws(StoreError) -> RowBatch {
    guard var chunks, hasRowsAhead else { return RowBatch() }
    let cursors = try openCursors(mode)
    guard cursors.count == 1 else { return RowBatch() }
    var rows = RowBatch()
    do {
      if let done = lastRow { try skip(done, cursors) }
      lastRow = nil
      rows = try readChunk(cursors[0], &chunks)
      if chunks.isShort { rows = try readChunk(cursors[0], &chunks) }
    } catch {
      open = nil
      throw error
    }
    self.chunks = chunks
    return rows
  }

  private func readChunk(
    _ cursor: CellCursor, _ chunks: inout ChunkPlan
  ) throws(StoreError) -> RowBatch {
    var failure: StoreError?
    let wanted = min(chunks.rows, rowsLeft)
    guard cursor.isValid, unsafe !isBehindStop(cursor.row),
      let room = chunks.room(for: wanted, at: cursor)
    else {
      chunks.isShort = false
      return RowBatch()
    }
    let rows = RowChunk.rows(room, rowsMax: wanted, families: plan.names) { chunk in
      do throws(StoreError) {
        try fill(&chunk, from: cursor, chunks.plain, rowsMax: wanted)
      } catch {
        failure = error
      }
      chunks.note(chunk, in: room)
    }
    if let last = rows.last {
      pass(last.row)
      noteScanned(rows.count)
    }
    if let failure {
      if rows.isEmpty { throw failure }
      // What comes before it has been read. The scan goes on behind that; what can only be waited for it meets again.
      open = nil
      if failure.code != .wouldBlock { self.failure = failure }
    }
    return rows
  }

  /// Appends rows until there are enough of them, the next is of another kind, or there is no room for it.
  private func fill(
    _ chunk: inout RowChunk, from cursor: CellCursor, _ plain: PlainRow, rowsMax: Int
  ) throws(StoreError) {
    var isFirst = true
    while cursor.isValid {
      if isFirst, let next {
        let isInOrder = unsafe next.withUnsafeBytes { unsafe compareBytes(cursor.row, $0) >= 0 }
        if !isInOrder { throw Self.outOfOrder }
      }
      isFirst = false
      if unsafe isBehindStop(cursor.row) { return }
      guard let row = unsafe chunk.place(key: cursor.row) else { return }
      guard try unsafe plain.append(row, cursor, at: snapshot.sequence, to: &chunk),
        chunk.count < rowsMax
      else { return }
      try cursor.nextRow()
      if unsafe cursor.isValid && compareBytes(cursor.row, row) <= 0 { throw Self.outOfOrder }
    }
  }
  private func isBehindStop(_ row: UnsafeRawBufferPointer) -> Bool {
    guard let stop = scan.rows.stop else { return false }
    return unsafe stop.withUnsafeBytes { unsafe compareBytes(row, $0) >= 0 }
  }
}
