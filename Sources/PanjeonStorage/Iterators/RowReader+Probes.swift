// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Reads that build no row: for conditions and for ranges that must not have changed.
extension RowReader {
  /// Calls `body` with the newest visible value of a column, or with nil when it has none.
  ///
  /// The cursor may be anywhere. Throws what the cursor throws.
  package static func withNewestValue<R>(
    row: Bytes, family: UInt8, qualifier: Bytes, retention: VersionRetention, at moment: ReadMoment,
    cursor: CellCursor, _ body: (UnsafeRawBufferPointer?) -> R
  ) throws(StoreError) -> R {
    var result: R?
    try forEachVisible(
      row: row, family: family, qualifier: qualifier, retention: retention, at: moment,
      cursor: cursor
    ) { value in
      result = unsafe body(value.bytes)
      return false
    }
    if let result { return result }
    return body(nil)
  }

  /// Calls `body` with each visible version of a column, the newest first, until it returns false.
  ///
  /// The cursor may be anywhere. Throws what the cursor throws.
  package static func forEachVisible(
    row: Bytes, family: UInt8, qualifier: Bytes, retention: VersionRetention, at moment: ReadMoment,
    cursor: CellCursor, _ body: (StoredValue) -> Bool
  ) throws(StoreError) {
    var judge = CellJudge(moment)
    var prefix: [UInt8] = []
    unsafe qualifier.withUnsafeBytes {
      unsafe CellKey.appendColumnPrefix(family: family, qualifier: $0, to: &prefix)
    }
    cursor.visitOfRowRead = -1
    try unsafe row.withRawBytes { (row) throws(StoreError) in
      let first: [UInt8] = [family, CellKey.familyPart]
      try unsafe first.withRawBytes { (key) throws(StoreError) in
        try unsafe cursor.seek(row: row, key: key)
      }
      try unsafe judge.readFamilyDeletes(family, row: row, cursor: cursor)
      try unsafe prefix.withRawBytes { (prefix) throws(StoreError) in
        try unsafe move(cursor, row: row, to: prefix, goesOn: true)
        judge.beginColumn(retention)
        while unsafe isInRow(cursor, row), unsafe cursor.key.starts(with: prefix) {
          if judge.isExhausted { return }
          if let value = judge.visibleValue(cursor), !body(value) { return }
          try cursor.next()
        }
      }
    }
  }

  /// The first row of a range that holds a cell written after `sequence`; nil when there is none.
  ///
  /// Throws what the cursor throws.
  package static func firstRowChanged(
    after sequence: UInt64, rows: KeyRange, cursor: CellCursor
  ) throws(StoreError) -> Bytes? {
    if rows.start.isEmpty {
      try cursor.seekToFirst()
    } else {
      try unsafe rows.start.withRawBytes { (row) throws(StoreError) in
        try unsafe cursor.seek(row: row, key: UnsafeRawBufferPointer(start: nil, count: 0))
      }
    }
    while cursor.isValid {
      if let stop = rows.stop {
        let isBehind = unsafe stop.withUnsafeBytes { unsafe compareBytes(cursor.row, $0) >= 0 }
        if isBehind { return nil }
      }
      if unsafe CellKey.sequence(cursor.key) > sequence { return unsafe Bytes(Array(cursor.row)) }
      try cursor.next()
    }
    return nil
  }
}
