// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Reads of a transaction fetch the row's header with the data, in one read of the row.
extension Get {
  func withHeader() -> Get {
    var get = self
    get.columns = columns.withHeader()
    get.cellsMax = cellsMax.map { $0 + 1 }
    return get
  }
}

extension Scan {
  func withHeader() -> Scan {
    var scan = self
    scan.columns = columns.withHeader()
    scan.cellsPerRowMax = cellsPerRowMax.map { $0 + 1 }
    scan.rowsMax = nil
    return scan
  }
}

extension ColumnSelection {
  func withHeader() -> ColumnSelection {
    guard families != nil else { return self }
    var selection = self
    selection.add(
      family: LockColumn.header.family, qualifier: LockColumn.header.qualifier)
    return selection
  }
}

extension RowResult {
  /// The row without its lock cells; nil when nothing else is there.
  func withoutLock(cellsMax: Int?) -> RowResult? {
    let lockCells = self.prefix { $0.column.family == ColumnFamily.lockFamilyName }.count
    let isLockFirst =
      lockCells > 0
      || !self.contains { $0.column.family == ColumnFamily.lockFamilyName }
    if isLockFirst { return dropping(first: lockCells, keeping: cellsMax) }
    // A family sorts before the lock's: rare, and not worth a faster way.
    let cells = filter { $0.column.family != ColumnFamily.lockFamilyName }
    return cells.isEmpty ? nil : RowResult(row: row, cells: Array(cells.prefix(cellsMax ?? .max)))
  }
}

extension Mutation {
  /// The family a change concerns; nil for a whole row.
  var family: String? {
    switch self {
    case .put(let column, _, _), .deleteVersion(let column, _), .deleteColumn(let column, _):
      column.family
    case .deleteFamily(let name, _): name
    case .deleteRow: nil
    }
  }

  var byteCount: Int {
    switch self {
    case .put(let column, _, let value): column.qualifier.count + value.count + 16
    case .deleteVersion(let column, _), .deleteColumn(let column, _): column.qualifier.count + 16
    case .deleteFamily, .deleteRow: 16
    }
  }
}
