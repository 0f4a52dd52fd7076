// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Reads one row after another at one moment: merges, applies deletes and versions, and builds results.
package struct RowReader {
  /// How many cells of which nothing is returned are passed over without waiting, in one call of a scan or in one row.
  package static let cellsPassedMax = 4096

  /// Room for a row is made at once up to so many bytes.
  private static let storageBytesReservedMax = 16 << 10

  private let plan: ReadPlan
  private let moment: ReadMoment
  private var judge: CellJudge
  /// What is left of the plan's filter in this row; nil when all passes.
  private var filter: Filter?
  /// No older cell can pass it.
  private let leastTimestamp: Int64
  private var storage: [UInt8] = []
  /// What has been found in the row; nil before there is something.
  private var found: RowBuffer?
  private var slotsMax = 0
  private var position = RowPosition()
  private var column: [UInt8] = []
  private var target: [UInt8] = []
  private var passed = 0
  private let passedMax: Int

  /// Creates a reader.
  ///
  /// - Parameters:
  ///   - plan: What to read.
  ///   - moment: The moment to read at.
  ///   - mode: Whether it may wait; if not, it throws `wouldBlock` once it has passed over ``cellsPassedMax`` cells.
  package init(plan: ReadPlan, at moment: ReadMoment, mode: ReadMode) {
    passedMax = mode == .cacheOnly ? Self.cellsPassedMax : .max
    self.plan = plan
    self.moment = moment
    judge = CellJudge(moment)
    leastTimestamp = plan.filter?.leastTimestamp ?? .min
  }

  /// Whether what has been read may be otherwise later, though nothing is written.
  var dependsOnTime: Bool { judge.dependsOnTime }

  /// How many cells have been found in the row.
  private var cellCount: Int { found?.cellCount ?? 0 }

  /// Counts anew the cells of which nothing is returned.
  package mutating func forgetPassedCells() { passed = 0 }

  /// Reads a row; nil when it has none of the selected cells.
  ///
  /// - Parameters:
  ///   - row: The row's key.
  ///   - cursors: A cursor for each locality group, wherever it is; afterwards within the row or behind it.
  /// - Returns: The row.
  /// - Throws: What the cursors throw.
  package mutating func readRow(
    _ row: Bytes, cursors: [CellCursor]
  ) throws(StoreError) -> RowResult? {
    try readPiece(
      of: row, from: RowPosition(), cellsMax: plan.cellsMax, cursors: cursors, areAhead: false
    ).result
  }

  /// Reads a piece of a row.
  ///
  /// - Parameters:
  ///   - row: The row's key.
  ///   - start: Where to begin.
  ///   - cellsMax: How many cells to return at the most.
  ///   - cursors: As for a whole row.
  ///   - areAhead: Whether none of the cursors has passed the row's first cell.
  /// - Returns: The piece, nil when nothing is left; and where the next one begins, nil when there is none.
  /// - Throws: What the cursors throw.
  package mutating func readPiece(
    of row: Bytes, from start: RowPosition, cellsMax: Int, cursors: [CellCursor], areAhead: Bool
  ) throws(StoreError) -> (result: RowResult?, next: RowPosition?) {
    let row = row.nearby
    for cursor in cursors { cursor.visitOfRowRead = -1 }
    // What a read has left that failed.
    storage.removeAll()
    found = nil
    slotsMax = min(cellsMax, plan.cellsMax - start.cells)
    position = start
    if let whole = plan.filter {
      filter = try whole.bound(toRow: row, at: moment, cursors: cursors)
      if filter == nil { return (nil, nil) }
      if filter == .everything { filter = nil }
    }
    var areAhead = areAhead && !(plan.filter?.dependsOnRow ?? false)
    if let plain = plan.plain, start.isAtStart {
      let answer = try plain.read(
        row, at: moment.sequence, cursors: cursors, areAhead: areAhead, cellsBelow: slotsMax,
        names: plan.names)
      switch answer {
      case .row(let buffer): return (RowResult(row: row, buffer), nil)
      case .nothing: return (nil, nil)
      case .notPlain: break
      }
      areAhead = true
    }
    try readFamilies(row, cursors, areAhead: areAhead)
    let isFull = cellCount >= slotsMax
    guard var found = found.take() else { return (nil, nil) }
    position.cells = start.cells + found.cellCount
    found.finish(bytes: storage, keyBytes: row.storage)
    let result = RowResult(row: row, found, mayHaveMoreCells: isFull)
    return (result, isFull && position.cells < plan.cellsMax ? position : nil)
  }

  private mutating func readFamilies(
    _ row: Bytes, _ cursors: [CellCursor], areAhead: Bool
  ) throws(StoreError) {
    let start = position.family
    for index in start..<max(start, plan.families.count) {
      if cellCount >= slotsMax { return }
      if index > position.family {
        position.family = index
        position.column.removeAll(keepingCapacity: true)
        position.versions = 0
      }
      let family = plan.families[index]
      let cursor = cursors[family.group]
      let goesOn = family.predecessor.map { $0 >= start } ?? areAhead
      try unsafe row.withRawBytes { (bytes) throws(StoreError) in
        try unsafe readFamily(family, row: bytes, cursor: cursor, goesOn: goesOn)
      }
    }
  }

  private mutating func readFamily(
    _ family: ReadPlan.Family, row: UnsafeRawBufferPointer, cursor: CellCursor, goesOn: Bool
  ) throws(StoreError) {
    target.removeAll(keepingCapacity: true)
    target.append(family.number)
    target.append(CellKey.familyPart)
    try unsafe target.withRawBytes { (key) throws(StoreError) in
      try unsafe move(cursor, row: row, to: key, goesOn: goesOn)
    }
    let deletes = try unsafe judge.readFamilyDeletes(family.number, row: row, cursor: cursor)
    if deletes > 0 { try passOver(deletes) }
    let start = position.column
    switch family.columns {
    case .all:
      if !start.isEmpty { try unsafe move(cursor, row: row, to: start) }
      try unsafe readColumns(family, row: row, cursor: cursor, stop: nil)
    case .ranges(let ranges):
      for range in ranges where cellCount < slotsMax {
        if let stop = range.stop, !start.isEmpty, !start.lexicographicallyPrecedes(stop) {
          continue
        }
        let begin = start.lexicographicallyPrecedes(range.start) ? range.start : start
        try unsafe move(cursor, row: row, to: begin)
        try unsafe readColumns(family, row: row, cursor: cursor, stop: range.stop)
      }
    case .some(let prefixes):
      for prefix in prefixes where cellCount < slotsMax {
        if prefix.lexicographicallyPrecedes(start) { continue }
        try unsafe move(cursor, row: row, to: prefix)
        guard unsafe isInRow(cursor, row), unsafe cursor.key.starts(with: prefix) else { continue }
        try unsafe readColumn(family, row: row, cursor: cursor)
      }
    }
  }

  private mutating func readColumns(
    _ family: ReadPlan.Family, row: UnsafeRawBufferPointer, cursor: CellCursor, stop: [UInt8]?
  ) throws(StoreError) {
    while unsafe isInRow(cursor, row), unsafe cursor.key[0] == family.number,
      cellCount < slotsMax
    {
      if let stop {
        let isBehind = unsafe stop.withUnsafeBytes { unsafe compareBytes(cursor.key, $0) >= 0 }
        if isBehind { return }
      }
      try unsafe readColumn(family, row: row, cursor: cursor)
    }
  }

  /// Reads the column the cursor is in, and leaves the cursor behind it, or within it when the piece is full.
  private mutating func readColumn(
    _ family: ReadPlan.Family, row: UnsafeRawBufferPointer, cursor: CellCursor
  ) throws(StoreError) {
    column.removeAll(keepingCapacity: true)
    unsafe column.append(contentsOf: CellKey.columnPrefix(cursor.key))
    judge.beginColumn(family.retention)
    let returned = column == position.column ? position.versions : 0
    let versionsMax = min(plan.versionsMax, family.retention.versionsMax)
    var versions = 0
    var skipped = 0
    while unsafe isInRow(cursor, row), isInColumn(cursor) {
      if versions >= versionsMax || judge.isExhausted || isTooOld(cursor) {
        // Old versions are stepped over, and sought over when there are many.
        skipped += 1
        if skipped > 8 { return try unsafe leaveColumn(row: row, cursor: cursor) }
        try cursor.next()
        continue
      }
      if let value = judge.visibleValue(cursor), passes(family, cursor, value) {
        versions += 1
        if versions > returned {
          append(family, cursor, value)
          if cellCount >= slotsMax { return endPiece(versions) }
          try cursor.next()
          continue
        }
      }
      try passOver(1)
      try cursor.next()
    }
  }

  /// Counts cells of which nothing is returned: those who may not wait for the disk may not wait for many of these either.
  @inline(always)
  private mutating func passOver(_ count: Int) throws(StoreError) {
    passed += count
    if passed > passedMax {
      throw StoreError(.wouldBlock, "many cells of which nothing is returned")
    }
  }

  /// Remembers where the next piece begins: within this column, as far as is known.
  private mutating func endPiece(_ versions: Int) {
    swap(&position.column, &column)
    position.versions = versions
  }

  /// Whether no cell of this age can pass the filter.
  @inline(always)
  private func isTooOld(_ cursor: CellCursor) -> Bool {
    unsafe leastTimestamp > .min && CellKey.timestamp(cursor.key) < leastTimestamp
  }

  private mutating func passes(
    _ family: ReadPlan.Family, _ cursor: CellCursor, _ value: StoredValue
  ) -> Bool {
    guard let filter else { return true }
    target.removeAll(keepingCapacity: true)
    unsafe CellKey.appendQualifier(of: cursor.key, to: &target)
    return unsafe target.withUnsafeBytes { qualifier in
      unsafe filter.passes(
        FilteredCell(
          family: plan.names[Int(family.nameIndex)], qualifier: qualifier,
          timestamp: value.timestamp, value: value.bytes))
    }
  }

  /// Seeks behind the last version of the column: its prefix ends in two zeros, so the successor ends in 00 01.
  private mutating func leaveColumn(
    row: UnsafeRawBufferPointer, cursor: CellCursor
  ) throws(StoreError) {
    column[column.count - 1] = 1
    try unsafe column.withRawBytes { (key) throws(StoreError) in
      try unsafe cursor.seek(row: row, key: key)
    }
  }

  private mutating func append(
    _ family: ReadPlan.Family, _ cursor: CellCursor, _ value: StoredValue
  ) {
    if found == nil { makeRoom(qualifier: unsafe cursor.key.count, value: value.byteCount) }
    let qualifierStart = storage.count
    unsafe CellKey.appendQualifier(of: cursor.key, to: &storage)
    let valueStart = storage.count
    unsafe storage.append(contentsOf: value.bytes)
    found?.append(
      RowBuffer.Slot(
        family: family.nameIndex, qualifierStart: qualifierStart, valueStart: valueStart,
        valueEnd: storage.count, timestamp: value.timestamp))
  }

  /// Makes room for the row's cells, as if all were as large as the first.
  private mutating func makeRoom(qualifier: Int, value: Int) {
    let cells = min(plan.cellsExpected, slotsMax)
    found = RowBuffer(cellsMax: cells, families: plan.names)
    storage.reserveCapacity(min(cells * (qualifier + value), Self.storageBytesReservedMax))
  }

  private func isInColumn(_ cursor: CellCursor) -> Bool {
    unsafe column.withUnsafeBytes { prefix in
      unsafe cursor.key.count == prefix.count + CellKey.suffixBytes
        && compareBytes(UnsafeRawBufferPointer(rebasing: cursor.key[0..<prefix.count]), prefix) == 0
    }
  }
}
