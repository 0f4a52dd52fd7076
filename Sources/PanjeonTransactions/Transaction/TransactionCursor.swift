// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// A scan inside a transaction: pulled through ``Transaction/next(_:)``.
public struct TransactionCursor<Store: AtomicBatchStore> {
  let table: String
  let scan: Scan
  let rangeIndex: Int
  var cursor: Store.Cursor
  var returned = 0
  var cellsLeft: Int
  var isAtEnd = false

  /// A committed row that has been read ahead, to be compared with the transaction's own rows.
  var ahead: RowResult?
  var isCommittedAtEnd = false

  /// The key of the last row looked at.
  var last: RowKey?
}

extension Transaction {
  /// Begins a scan of the snapshot, with this transaction's own changes.
  ///
  /// Only as much of the range as ``next(_:)`` looks at counts as read. Throws as the read of one row does.
  public mutating func scan(
    _ scan: Scan, in table: String
  ) async throws -> TransactionCursor<Store> {
    try scan.validate()
    try checkSelection(scan.columns)
    if scan.cellsPerBatchMax != nil {
      throw TransactionError(
        .misuse,
        "a scan of a transaction returns whole rows; read a wide one by pages, with Get.startingAt")
    }
    let cursor: Store.Cursor
    do throws(StoreError) {
      cursor = try await store.scan(scan.withHeader(), in: table, at: snapshot)
    } catch {
      throw await explained(error, [table])
    }
    ranges.append(nil)
    return TransactionCursor(
      table: table, scan: scan, rangeIndex: ranges.count - 1, cursor: cursor,
      cellsLeft: scan.cellsPerRowMax == 0 ? 0 : scan.cellsMax ?? .max)
  }

  /// Returns the next row of a scan, or nil after the last.
  ///
  /// Throws as the read of one row does.
  public mutating func next(_ cursor: inout TransactionCursor<Store>) async throws -> RowResult? {
    if cursor.isAtEnd { return nil }
    if cursor.returned >= cursor.scan.rowsMax ?? .max || cursor.cellsLeft <= 0 {
      cursor.isAtEnd = true
      return nil
    }
    while true {
      if cursor.ahead == nil, !cursor.isCommittedAtEnd {
        cursor.ahead = try await cursor.cursor.next()
        cursor.isCommittedAtEnd = cursor.ahead == nil
      }
      guard let key = nextKey(cursor) else {
        cursor.isAtEnd = true
        cover(cursor, upTo: nil)
        return nil
      }
      let row = try await read(key, &cursor)
      cursor.last = key
      cover(cursor, upTo: key)
      if let row = row?.taking(from: &cursor.cellsLeft) {
        cursor.returned += 1
        return row
      }
    }
  }

  /// The nearer of the next committed row and the next row this transaction has written.
  private func nextKey(_ cursor: TransactionCursor<Store>) -> RowKey? {
    let isReversed = cursor.scan.isReversed
    var nearest = cursor.ahead?.row
    for state in rows.writes {
      let name = state.name
      guard name.table == cursor.table, cursor.scan.rows.contains(name.row) else { continue }
      if let last = cursor.last, isReversed ? name.row >= last : name.row <= last { continue }
      guard let known = nearest else {
        nearest = name.row
        continue
      }
      if isReversed ? name.row > known : name.row < known { nearest = name.row }
    }
    return nearest
  }

  private mutating func read(
    _ key: RowKey, _ cursor: inout TransactionCursor<Store>
  ) async throws -> RowResult? {
    let name = TransactionRow(table: cursor.table, row: key)
    let committed = cursor.ahead?.row == key ? cursor.ahead : nil
    if committed != nil { cursor.ahead = nil }
    if let changes = rows[name]?.changes, !changes.isEmpty {
      let get = Get(
        key, columns: cursor.scan.columns, versionsMax: cursor.scan.versionsMax,
        cellsMax: cursor.scan.cellsPerRowMax, filter: cursor.scan.filter)
      return try await readOverlaid(name, get, changes)
    }
    try noteHeader(name, committed)
    return committed?.withoutLock(cellsMax: cursor.scan.cellsPerRowMax)
  }

  /// Notes how far a scan has looked: an insert behind that place does not matter to it.
  private mutating func cover(_ cursor: TransactionCursor<Store>, upTo key: RowKey?) {
    var rows = cursor.scan.rows
    if let key {
      if cursor.scan.isReversed { rows.start = key } else { rows.stop = key.successor }
    }
    ranges[cursor.rangeIndex] = UnchangedRange(table: cursor.table, rows: rows)
  }
}
