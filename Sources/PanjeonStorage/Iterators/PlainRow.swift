// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Reads of whole rows that hold nothing but values, in a few blocks and memtables: the newest value of each column, copied in one go.
///
/// What most reads of most rows are. Whatever else a row has, a delete, a time to live, makes it one for ``RowReader`` to judge.
package final class PlainRow: Sendable {
  /// The families to read, ascending, and the indices of their names.
  let families: [UInt8]
  private let names: [UInt16]
  private let group: Int

  /// By which such rows are told apart in the row cache; nil: they are not kept.
  let selection: RowCache.Selection?

  /// How rows are read by a plan for the newest versions of families, if they are read whole and are of one group.
  static func make(_ planned: [ReadPlan.Family]) -> PlainRow? {
    guard let first = planned.first else { return nil }
    for (place, family) in planned.enumerated() {
      guard case .all = family.columns, family.retention.timeToLive == nil,
        family.group == first.group,
        place == 0 || planned[place - 1].number < family.number
      else { return nil }
    }
    return PlainRow(planned, group: first.group)
  }

  private init(_ planned: [ReadPlan.Family], group: Int) {
    families = planned.map(\.number)
    names = planned.map(\.nameIndex)
    self.group = group
    selection = RowCache.Selection(families, names: names)
  }

  /// What a read finds.
  enum Answer {
    case row(RowBuffer)
    /// No cell that it sees.
    case nothing
    /// A row that is not plain; the cursor is at its first family, or on.
    case notPlain
  }

  /// Reads a row, if it is plain.
  ///
  /// - Parameters:
  ///   - row: The row's key.
  ///   - snapshot: The sequence to read at.
  ///   - cursors: The cursors of all groups.
  ///   - areAhead: Whether none has passed the row's first cell.
  ///   - cellsBelow: A row of so many cells is none to be read at once.
  ///   - names: The names of the table's families.
  /// - Returns: What it finds.
  /// - Throws: What the cursors throw.
  func read(
    _ row: Bytes, at snapshot: UInt64, cursors: [CellCursor], areAhead: Bool, cellsBelow: Int,
    names: [String]
  ) throws(StoreError) -> Answer {
    let cursor = cursors[group]
    return try unsafe row.withRawBytes { (bytes) throws(StoreError) -> Answer in
      guard try unsafe find(bytes, cursor, areAhead: areAhead) else { return .nothing }
      var runs = CellRuns()
      guard cursor.appendRowAhead(to: &runs), runs.cellCount < cellsBelow else { return .notPlain }
      return copy(&runs, at: snapshot, row, names)
    }
  }

  /// Goes to the first cell of a row that may be one of the families'; false when the row has none.
  private func find(
    _ row: UnsafeRawBufferPointer, _ cursor: CellCursor, areAhead: Bool
  ) throws(StoreError) -> Bool {
    let key = (families[0], CellKey.familyPart)
    try unsafe withRawBytes(of: key) { (key) throws(StoreError) in
      try unsafe move(cursor, row: row, to: key, goesOn: areAhead)
    }
    return unsafe isInRow(cursor, row)
  }

  /// Reads the row that a cursor has come to, with others.
  ///
  /// - Parameters:
  ///   - row: Its key, placed in the chunk.
  ///   - cursor: At the row's first cell; afterwards no further than at the first cell of the families in it, or, when it has none, the
  ///     first cell of the next row.
  ///   - snapshot: The sequence to read at.
  ///   - chunk: What the row is appended to.
  /// - Returns: Whether it was appended.
  /// - Throws: What the cursor throws.
  func append(
    _ row: UnsafeRawBufferPointer, _ cursor: CellCursor, at snapshot: UInt64,
    to chunk: inout RowChunk
  ) throws(StoreError) -> Bool {
    cursor.visitOfRowRead = cursor.rowVisit
    guard try unsafe find(row, cursor, areAhead: true) else { return false }
    var runs = CellRuns()
    guard cursor.appendRowAhead(to: &runs) else { return false }
    return chunk.append(self, &runs, at: snapshot, keyBytes: row.count)
  }

  /// Copies what a read at `snapshot` sees of the cells.
  private func copy(
    _ runs: inout CellRuns, at snapshot: UInt64, _ row: Bytes, _ names: [String]
  ) -> Answer {
    var isPlain = true
    let buffer = unsafe RowBuffer(
      cellsMax: runs.cellCount, families: names, keyBytes: row.storage
    ) { slots in
      var count = 0
      let bytes = unsafe [UInt8](unsafeUninitializedCapacity: runs.bytesMax) { bytes, used in
        isPlain = unsafe copy(
          &runs, at: snapshot, UnsafeMutableRawBufferPointer(bytes), &used, slots, &count)
      }
      return (bytes, count)
    }
    if !isPlain { return .notPlain }
    return buffer.cellCount == 0 ? .nothing : .row(buffer)
  }

  /// Copies cells behind the bytes that are used; false when not all of them are plain, or there is no room.
  @inline(always)
  func copy(
    _ runs: inout CellRuns, at snapshot: UInt64,
    _ room: UnsafeMutableRawBufferPointer, _ used: inout Int,
    _ slots: UnsafeMutableBufferPointer<RowBuffer.Slot>, _ count: inout Int
  ) -> Bool {
    var copy = unsafe PlainCopy(room: room, slots: slots, used: used, snapshot: snapshot)
    var step = PlainCopy.Step.goOn
    unsafe runs.forEach { key, value in
      step = unsafe copy.take(key, value, families, names)
      return step == .goOn
    }
    (used, count) = (copy.used, copy.count)
    return step != .notPlain
  }
}
