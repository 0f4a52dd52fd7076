// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Reads of whole rows that hold nothing but values, in a few blocks and memtables: the newest value of each column, copied in one go.
///
/// What most reads of most rows are. Whatever else a row has, a delete, a time to live, makes it one for ``RowReader`` to judge.
package struct PlainRow: Sendable {
  /// The families to read, ascending, and the indices of their names.
  let families: [UInt8]
  private let names: [Int32]
  private let group: Int

  /// How rows are read by a plan for the newest versions of families, if they are read whole and are of one group.
  init?(_ planned: [ReadPlan.Family]) {
    guard let first = planned.first else { return nil }
    for (place, family) in planned.enumerated() {
      guard case .all = family.columns, family.retention.timeToLive == nil,
        family.group == first.group,
        place == 0 || planned[place - 1].number < family.number
      else { return nil }
    }
    families = planned.map(\.number)
    names = planned.map(\.nameIndex)
    group = first.group
  }

  /// What a read finds.
  enum Answer {
    /// The bytes and slots of a result.
    case row([UInt8], [RowResult.Slot])
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
  /// - Returns: What it finds.
  /// - Throws: What the cursors throw.
  func read(
    _ row: Bytes, at snapshot: UInt64, cursors: [CellCursor], areAhead: Bool, cellsBelow: Int
  ) throws(StoreError) -> Answer {
    let cursor = cursors[group]
    return try unsafe row.withRawBytes { (bytes) throws(StoreError) -> Answer in
      guard try unsafe find(bytes, cursor, areAhead: areAhead) else { return .nothing }
      var runs = CellRuns()
      guard cursor.appendRowAhead(to: &runs), runs.cellCount < cellsBelow else { return .notPlain }
      return copy(&runs, at: snapshot)
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
  /// - Returns: What has become of it.
  /// - Throws: What the cursor throws.
  func append(
    _ row: UnsafeRawBufferPointer, _ cursor: CellCursor, at snapshot: UInt64,
    to chunk: inout RowChunk
  ) throws(StoreError) -> RowChunk.Answer {
    cursor.visitOfRowRead = cursor.rowVisit
    guard try unsafe find(row, cursor, areAhead: true) else { return .nothing }
    var runs = CellRuns()
    guard cursor.appendRowAhead(to: &runs) else { return .notPlain }
    return chunk.append(self, &runs, at: snapshot, keyBytes: row.count)
  }

  /// Copies what a read at `snapshot` sees of the cells.
  private func copy(_ runs: inout CellRuns, at snapshot: UInt64) -> Answer {
    var isPlain = true
    var storage: [UInt8] = []
    let slots = unsafe [RowResult.Slot](unsafeUninitializedCapacity: runs.cellCount) {
      slots, count in
      storage = unsafe [UInt8](unsafeUninitializedCapacity: runs.bytesMax) { bytes, used in
        isPlain = unsafe copy(
          &runs, at: snapshot, UnsafeMutableRawBufferPointer(bytes), &used, slots, &count)
      }
    }
    if !isPlain { return .notPlain }
    return slots.isEmpty ? .nothing : .row(storage, slots)
  }

  /// Copies cells behind the bytes that are used; false when not all of them are plain, or there is no room.
  @inline(always)
  func copy(
    _ runs: inout CellRuns, at snapshot: UInt64,
    _ room: UnsafeMutableRawBufferPointer, _ used: inout Int,
    _ slots: UnsafeMutableBufferPointer<RowResult.Slot>, _ count: inout Int
  ) -> Bool {
    var place = 0
    var lastColumn = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
    while let (run, key, value) = unsafe runs.first {
      defer { runs.advance(run) }
      let family = unsafe CellKey.family(key)
      while families[place] < family {
        place += 1
        if place == families.count { return true }
      }
      if families[place] != family { continue }
      if unsafe CellKey.kind(key) != CellKind.put.rawValue { return false }
      if unsafe CellKey.sequence(key) > snapshot { continue }
      let column = unsafe CellKey.columnPrefix(key)
      if column.count == lastColumn.count, unsafe compareBytes(column, lastColumn) == 0 {
        continue
      }
      unsafe lastColumn = unsafe column
      // There is room for all that a snapshot can see.
      if count == slots.count || used + column.count + value.count > room.count { return false }
      let start = used
      unsafe used += CellKey.copyQualifier(of: key, to: room, at: used)
      let valueStart = used
      unsafe UnsafeMutableRawBufferPointer(rebasing: room[used...]).copyMemory(from: value)
      used += value.count
      let slot = unsafe RowResult.Slot(
        family: names[place], qualifierStart: Int32(start), valueStart: Int32(valueStart),
        valueEnd: Int32(used), timestamp: CellKey.timestamp(key))
      unsafe (slots.baseAddress.unsafelyUnwrapped + count).initialize(to: slot)
      count += 1
    }
    return true
  }
}
