// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Reads that build no row: for conditions and for ranges that must not have changed.
extension RowReader {
  /// Calls `body` with the newest visible value of a column, or with nil when it has none.
  ///
  /// The cursor may be anywhere. Throws what the cursor throws.
  package static func withNewestValue<R>(
    row: Bytes, family: UInt8, qualifier: Bytes, versionsMax: Int, snapshot: UInt64,
    cursor: CellCursor, _ body: (UnsafeRawBufferPointer?) -> R
  ) throws(StoreError) -> R {
    let deletes = try familyDeletes(row: row, family: family, snapshot: snapshot, cursor: cursor)
    var prefix: [UInt8] = []
    unsafe qualifier.withUnsafeBytes {
      unsafe CellKey.appendColumnPrefix(family: family, qualifier: $0, to: &prefix)
    }
    return try unsafe row.withRawBytes { (row) throws(StoreError) in
      try unsafe prefix.withRawBytes { (prefix) throws(StoreError) in
        try unsafe move(cursor, row: row, to: prefix, goesOn: true)
        var rule = ColumnRule(versionsMax: versionsMax)
        while unsafe isInRow(cursor, row), unsafe cursor.key.starts(with: prefix) {
          let key = unsafe cursor.key
          let sequence = unsafe CellKey.sequence(key)
          if sequence <= snapshot {
            let timestamp = unsafe CellKey.timestamp(key)
            if unsafe CellKey.kind(key) != CellKind.put.rawValue {
              unsafe rule.noteDelete(
                timestamp: timestamp, sequence: sequence, kind: CellKey.kind(key))
            } else if rule.judge(
              timestamp: timestamp, sequence: sequence,
              familyDelete: deletes.sequence(reaching: timestamp)) == .visible
            {
              return unsafe body(cursor.value)
            }
          }
          try cursor.next()
        }
        return body(nil)
      }
    }
  }

  private static func familyDeletes(
    row: Bytes, family: UInt8, snapshot: UInt64, cursor: CellCursor
  ) throws(StoreError) -> FamilyDeletes {
    var deletes = FamilyDeletes()
    try unsafe row.withRawBytes { (row) throws(StoreError) in
      let target: [UInt8] = [family, CellKey.familyPart]
      try unsafe target.withRawBytes { (key) throws(StoreError) in
        try unsafe cursor.seek(row: row, key: key)
      }
      while unsafe isInRow(cursor, row), unsafe cursor.key[0] == family,
        unsafe cursor.key[1] == CellKey.familyPart
      {
        let sequence = unsafe CellKey.sequence(cursor.key)
        if sequence <= snapshot {
          unsafe deletes.append(timestamp: CellKey.timestamp(cursor.key), sequence: sequence)
        }
        try cursor.next()
      }
    }
    return deletes
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
