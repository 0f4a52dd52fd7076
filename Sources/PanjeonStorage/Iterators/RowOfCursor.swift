// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// How many cells are stepped over before a place ahead in a row is sought.
private let stepsBeforeSeekMax = 4

/// Whether the cursor is at a cell of the row that is being read; compared once for each time that the cursor has come to a row.
///
/// Whoever begins with another row says so: by a `visitOfRowRead` that is none.
@inline(always)
func isInRow(_ cursor: CellCursor, _ row: UnsafeRawBufferPointer) -> Bool {
  if !cursor.isValid { return false }
  if cursor.rowVisit == cursor.visitOfRowRead { return true }
  guard unsafe cursor.row.count == row.count, unsafe compareBytes(cursor.row, row) == 0 else {
    return false
  }
  cursor.visitOfRowRead = cursor.rowVisit
  return true
}

/// Moves to the first cell of the row at or after `key`.
///
/// With `goesOn` the cursor has not passed the place yet, and may already be there.
@inline(always)
func move(
  _ cursor: CellCursor, row: UnsafeRawBufferPointer, to key: UnsafeRawBufferPointer, goesOn: Bool
) throws(StoreError) {
  if goesOn {
    for _ in 0..<stepsBeforeSeekMax {
      guard unsafe isInRow(cursor, row), unsafe compareBytes(cursor.key, key) < 0 else { return }
      try cursor.next()
    }
    guard unsafe isInRow(cursor, row), unsafe compareBytes(cursor.key, key) < 0 else { return }
  }
  try unsafe cursor.seek(row: row, key: key)
}

/// Moves on to the first cell of the row at or after `key`.
@inline(always)
func move(
  _ cursor: CellCursor, row: UnsafeRawBufferPointer, to key: [UInt8]
) throws(StoreError) {
  try unsafe key.withRawBytes { (key) throws(StoreError) in
    try unsafe move(cursor, row: row, to: key, goesOn: true)
  }
}
