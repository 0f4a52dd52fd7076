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
      try row.withRawBytes { (bytes) throws(StoreError) in
        try readFamily(family, row: bytes, cursor: cursor, goesOn: goesOn)
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
    try target.withRawBytes { (key) throws(StoreError) in
      try move(cursor, row: row, to: key, goesOn: goesOn)
    }
    try readFamilyDeletes(family, row: row, cursor: cursor)
    switch family.columns {
    case .all:
      try readColumns(family, row: row, cursor: cursor, stop: nil)
    case .range(let start, let stop):
      try start.withRawBytes { (key) throws(StoreError) in
        try move(cursor, row: row, to: key, goesOn: true)
      }
      try readColumns(family, row: row, cursor: cursor, stop: stop)
    case .some(let prefixes):
      for prefix in prefixes where slots.count < plan.cellsMax {
        try prefix.withRawBytes { (key) throws(StoreError) in
          try move(cursor, row: row, to: key, goesOn: true)
          guard isInRow(cursor, row), cursor.key.starts(with: key) else { return }
          try readColumn(family, row: row, cursor: cursor)
        }
      }
    }
  }

  private mutating func readFamilyDeletes(
    _ family: ReadPlan.Family, row: UnsafeRawBufferPointer, cursor: CellCursor
  ) throws(StoreError) {
    if !familyDeletes.isEmpty { familyDeletes.removeAll() }
    while isInRow(cursor, row), cursor.key[0] == family.number,
      cursor.key[1] == CellKey.familyPart
    {
      let sequence = CellKey.sequence(cursor.key)
      if sequence <= snapshot {
        familyDeletes.append(timestamp: CellKey.timestamp(cursor.key), sequence: sequence)
      }
      try cursor.next()
    }
  }

  private mutating func readColumns(
    _ family: ReadPlan.Family, row: UnsafeRawBufferPointer, cursor: CellCursor, stop: [UInt8]?
  ) throws(StoreError) {
    while isInRow(cursor, row), cursor.key[0] == family.number, slots.count < plan.cellsMax {
      if let stop {
        let isBehind = stop.withUnsafeBytes { compareBytes(cursor.key, $0) >= 0 }
        if isBehind { return }
      }
      try readColumn(family, row: row, cursor: cursor)
    }
  }

  /// Reads the column the cursor is in, and leaves the cursor behind it.
  private mutating func readColumn(
    _ family: ReadPlan.Family, row: UnsafeRawBufferPointer, cursor: CellCursor
  ) throws(StoreError) {
    column.removeAll(keepingCapacity: true)
    column.append(contentsOf: CellKey.columnPrefix(cursor.key))
    var rule = ColumnRule(versionsMax: family.versionsMax)
    var wanted = min(plan.versionsMax, plan.cellsMax - slots.count)
    var skipped = 0
    while isInRow(cursor, row), isInColumn(cursor) {
      if wanted == 0 || rule.isExhausted {
        // Old versions are stepped over, and sought over when there are many.
        skipped += 1
        if skipped > 8 { return try leaveColumn(row: row, cursor: cursor) }
        try cursor.next()
        continue
      }
      let key = cursor.key
      let sequence = CellKey.sequence(key)
      if sequence <= snapshot {
        let timestamp = CellKey.timestamp(key)
        if CellKey.kind(key) == CellKind.put.rawValue {
          let familyDelete = familyDeletes.isEmpty ? 0 : familyDeletes.sequence(reaching: timestamp)
          let verdict = rule.judge(
            timestamp: timestamp, sequence: sequence, familyDelete: familyDelete)
          if verdict == .visible {
            append(family, key: key, value: cursor.value, timestamp: timestamp)
            wanted -= 1
          }
        } else {
          rule.noteDelete(timestamp: timestamp, sequence: sequence, kind: CellKey.kind(key))
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
    try column.withRawBytes { (key) throws(StoreError) in try cursor.seek(row: row, key: key) }
  }

  private mutating func append(
    _ family: ReadPlan.Family, key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer,
    timestamp: Int64
  ) {
    let qualifierStart = Int32(storage.count)
    CellKey.appendQualifier(of: key, to: &storage)
    let valueStart = Int32(storage.count)
    storage.append(contentsOf: value)
    slots.append(
      RowResult.Slot(
        family: family.nameIndex, qualifierStart: qualifierStart, valueStart: valueStart,
        valueEnd: Int32(storage.count), timestamp: timestamp))
  }

  private func isInColumn(_ cursor: CellCursor) -> Bool {
    column.withUnsafeBytes { prefix in
      cursor.key.count == prefix.count + CellKey.suffixBytes
        && compareBytes(UnsafeRawBufferPointer(rebasing: cursor.key[0..<prefix.count]), prefix) == 0
    }
  }
}

/// Whether the cursor is at a cell of the row.
@inline(always)
func isInRow(_ cursor: CellCursor, _ row: UnsafeRawBufferPointer) -> Bool {
  cursor.isValid && cursor.row.count == row.count
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
    guard isInRow(cursor, row) else { return }
    if compareBytes(cursor.key, key) >= 0 { return }
  }
  try cursor.seek(row: row, key: key)
}
