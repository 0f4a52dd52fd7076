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
    qualifier.withUnsafeBytes {
      CellKey.appendColumnPrefix(family: family, qualifier: $0, to: &prefix)
    }
    return try row.withRawBytes { (row) throws(StoreError) in
      try prefix.withRawBytes { (prefix) throws(StoreError) in
        try move(cursor, row: row, to: prefix, goesOn: true)
        var rule = ColumnRule(versionsMax: versionsMax)
        while isInRow(cursor, row), cursor.key.starts(with: prefix) {
          let key = cursor.key
          let sequence = CellKey.sequence(key)
          if sequence <= snapshot {
            let timestamp = CellKey.timestamp(key)
            if CellKey.kind(key) != CellKind.put.rawValue {
              rule.noteDelete(timestamp: timestamp, sequence: sequence, kind: CellKey.kind(key))
            } else if rule.judge(
              timestamp: timestamp, sequence: sequence,
              familyDelete: deletes.sequence(reaching: timestamp)) == .visible
            {
              return body(cursor.value)
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
    try row.withRawBytes { (row) throws(StoreError) in
      let target: [UInt8] = [family, CellKey.familyPart]
      try target.withRawBytes { (key) throws(StoreError) in
        try cursor.seek(row: row, key: key)
      }
      while isInRow(cursor, row), cursor.key[0] == family, cursor.key[1] == CellKey.familyPart {
        let sequence = CellKey.sequence(cursor.key)
        if sequence <= snapshot {
          deletes.append(timestamp: CellKey.timestamp(cursor.key), sequence: sequence)
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
      try rows.start.withRawBytes { (row) throws(StoreError) in
        try cursor.seek(row: row, key: UnsafeRawBufferPointer(start: nil, count: 0))
      }
    }
    while cursor.isValid {
      if let stop = rows.stop {
        let isBehind = stop.withUnsafeBytes { compareBytes(cursor.row, $0) >= 0 }
        if isBehind { return nil }
      }
      if CellKey.sequence(cursor.key) > sequence { return Bytes(Array(cursor.row)) }
      try cursor.next()
    }
    return nil
  }
}
