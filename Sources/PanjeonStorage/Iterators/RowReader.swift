// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Reads one row after another at one snapshot: merges, applies deletes and versions, and builds results.
package struct RowReader {
  private let plan: ReadPlan
  private let snapshot: UInt64
  private var storage: [UInt8] = []
  private var slots: [RowResult.Slot] = []
  private var familyDeletes = FamilyDeletes()
  private var column: [UInt8] = []
  private var target: [UInt8] = []

  package init(plan: ReadPlan, snapshot: UInt64) {
    self.plan = plan
    self.snapshot = snapshot
  }

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
    storage.removeAll(keepingCapacity: true)
    slots.removeAll(keepingCapacity: true)
    var last: [Int: UInt8] = [:]
    for family in plan.families {
      if slots.count >= plan.cellsMax { break }
      let cursor = cursors[family.group]
      let goesOn = last[family.group].map { $0 < family.number } ?? false
      last[family.group] = family.number
      try unsafe row.withRawBytes { (bytes) throws(StoreError) in
        try unsafe readFamily(family, row: bytes, cursor: cursor, goesOn: goesOn)
      }
    }
    if slots.isEmpty { return nil }
    return RowResult(row: row, storage: storage, slots: slots, families: plan.names)
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
    try unsafe readFamilyDeletes(family, row: row, cursor: cursor)
    switch family.columns {
    case .all:
      try unsafe readColumns(family, row: row, cursor: cursor, stop: nil)
    case .range(let start, let stop):
      try unsafe start.withRawBytes { (key) throws(StoreError) in
        try unsafe move(cursor, row: row, to: key, goesOn: true)
      }
      try unsafe readColumns(family, row: row, cursor: cursor, stop: stop)
    case .some(let prefixes):
      for prefix in prefixes where slots.count < plan.cellsMax {
        try unsafe prefix.withRawBytes { (key) throws(StoreError) in
          try unsafe move(cursor, row: row, to: key, goesOn: true)
          guard unsafe isInRow(cursor, row), unsafe cursor.key.starts(with: key) else { return }
          try unsafe readColumn(family, row: row, cursor: cursor)
        }
      }
    }
  }

  private mutating func readFamilyDeletes(
    _ family: ReadPlan.Family, row: UnsafeRawBufferPointer, cursor: CellCursor
  ) throws(StoreError) {
    if !familyDeletes.isEmpty { familyDeletes.removeAll() }
    while unsafe isInRow(cursor, row), unsafe cursor.key[0] == family.number,
      unsafe cursor.key[1] == CellKey.familyPart
    {
      let sequence = unsafe CellKey.sequence(cursor.key)
      if sequence <= snapshot {
        unsafe familyDeletes.append(timestamp: CellKey.timestamp(cursor.key), sequence: sequence)
      }
      try cursor.next()
    }
  }

  private mutating func readColumns(
    _ family: ReadPlan.Family, row: UnsafeRawBufferPointer, cursor: CellCursor, stop: [UInt8]?
  ) throws(StoreError) {
    while unsafe isInRow(cursor, row), unsafe cursor.key[0] == family.number,
      slots.count < plan.cellsMax
    {
      if let stop {
        let isBehind = unsafe stop.withUnsafeBytes { unsafe compareBytes(cursor.key, $0) >= 0 }
        if isBehind { return }
      }
      try unsafe readColumn(family, row: row, cursor: cursor)
    }
  }

  /// Reads the column the cursor is in, and leaves the cursor behind it.
  private mutating func readColumn(
    _ family: ReadPlan.Family, row: UnsafeRawBufferPointer, cursor: CellCursor
  ) throws(StoreError) {
    column.removeAll(keepingCapacity: true)
    unsafe column.append(contentsOf: CellKey.columnPrefix(cursor.key))
    var rule = ColumnRule(versionsMax: family.versionsMax)
    var wanted = min(plan.versionsMax, plan.cellsMax - slots.count)
    var skipped = 0
    while unsafe isInRow(cursor, row), isInColumn(cursor) {
      if wanted == 0 || rule.isExhausted {
        // Old versions are stepped over, and sought over when there are many.
        skipped += 1
        if skipped > 8 { return try unsafe leaveColumn(row: row, cursor: cursor) }
        try cursor.next()
        continue
      }
      let key = unsafe cursor.key
      let sequence = unsafe CellKey.sequence(key)
      if sequence <= snapshot {
        let timestamp = unsafe CellKey.timestamp(key)
        if unsafe CellKey.kind(key) == CellKind.put.rawValue {
          let familyDelete = familyDeletes.isEmpty ? 0 : familyDeletes.sequence(reaching: timestamp)
          let verdict = rule.judge(
            timestamp: timestamp, sequence: sequence, familyDelete: familyDelete)
          if verdict == .visible {
            unsafe append(family, key: key, value: cursor.value, timestamp: timestamp)
            wanted -= 1
          }
        } else {
          unsafe rule.noteDelete(timestamp: timestamp, sequence: sequence, kind: CellKey.kind(key))
        }
      }
      try cursor.next()
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
    _ family: ReadPlan.Family, key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer,
    timestamp: Int64
  ) {
    let qualifierStart = Int32(storage.count)
    unsafe CellKey.appendQualifier(of: key, to: &storage)
    let valueStart = Int32(storage.count)
    unsafe storage.append(contentsOf: value)
    slots.append(
      RowResult.Slot(
        family: family.nameIndex, qualifierStart: qualifierStart, valueStart: valueStart,
        valueEnd: Int32(storage.count), timestamp: timestamp))
  }

  private func isInColumn(_ cursor: CellCursor) -> Bool {
    unsafe column.withUnsafeBytes { prefix in
      unsafe cursor.key.count == prefix.count + CellKey.suffixBytes
        && compareBytes(UnsafeRawBufferPointer(rebasing: cursor.key[0..<prefix.count]), prefix) == 0
    }
  }
}

/// Whether the cursor is at a cell of the row.
@inline(always)
func isInRow(_ cursor: CellCursor, _ row: UnsafeRawBufferPointer) -> Bool {
  unsafe cursor.isValid && cursor.row.count == row.count
    && (cursor.row.baseAddress == row.baseAddress || compareBytes(cursor.row, row) == 0)
}

/// Moves to the first cell of the row at or after `key`.
///
/// With `goesOn` the cursor has not passed the place yet, and may already be there.
@inline(always)
func move(
  _ cursor: CellCursor, row: UnsafeRawBufferPointer, to key: UnsafeRawBufferPointer, goesOn: Bool
) throws(StoreError) {
  if goesOn {
    guard unsafe isInRow(cursor, row) else { return }
    if unsafe compareBytes(cursor.key, key) >= 0 { return }
  }
  try unsafe cursor.seek(row: row, key: key)
}
