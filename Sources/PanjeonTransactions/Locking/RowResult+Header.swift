// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

extension Get {
  /// A read of a row's header alone.
  static func header(_ row: RowKey) -> Get {
    var columns = ColumnSelection()
    columns.add(family: LockColumn.header.family, qualifier: LockColumn.header.qualifier)
    return Get(row, columns: columns)
  }
}

extension RowResult {
  /// The row's header as it is stored.
  var header: Bytes? {
    // It sorts before all else.
    if leadingCells(ofFamily: LockColumn.header.family) == 0 { return nil }
    return value(family: LockColumn.header.family, qualifier: LockColumn.header.qualifier)
  }
}
