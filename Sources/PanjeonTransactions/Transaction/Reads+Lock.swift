// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Reads of a transaction fetch the row's header with the data, in one read of the row.
extension Get {
  package func withHeader() -> Get {
    if selectsAllColumns, cellsMax == nil { return self }
    var get = self
    get.columns = columns.withHeader()
    get.cellsMax = cellsMax.map(roomForHeader)
    get.filter = effectiveFilter?.orLock
    get.startingAt = nil
    return get
  }

  /// Whether it returns something of every row that holds something.
  var selectsWholeRow: Bool {
    selectsAllColumns && versionsMax > 0 && cellsMax != 0
  }

  /// The filter and the column to begin at, as one filter.
  var effectiveFilter: Filter? {
    guard let startingAt else { return filter }
    let family = Bytes(utf8: startingAt.family)
    let start = Filter.any([
      .family(.bytes(.greater, family)),
      .all([
        .family(.bytes(.equal, family)), .qualifiers(KeyRange(from: startingAt.qualifier)),
      ]),
    ])
    return filter.map { .all([start, $0]) } ?? start
  }
}

extension Filter {
  /// The filter, but for the cells of the lock family, which a transaction must see of whatever row it reads.
  var orLock: Filter {
    .any([.family(.bytes(.equal, Bytes(utf8: ColumnFamily.lockFamilyName))), self])
  }
}

/// A limit of cells that leaves room for the header.
private func roomForHeader(_ limit: Int) -> Int { limit == .max ? limit : limit + 1 }

extension Scan {
  func withHeader() -> Scan {
    var scan = self
    scan.columns = columns.withHeader()
    scan.cellsPerRowMax = cellsPerRowMax.map(roomForHeader)
    scan.rowsMax = nil
    scan.cellsMax = nil
    scan.filter = filter.map { filter in
      let bounds = filter.rowBounds
      // Of rows outside the bounds nothing is returned, whatever their locks: the store need not look at them.
      return bounds == .all ? filter.orLock : .all([.rows(bounds.ranges), filter.orLock])
    }
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
  package func withoutLock(cellsMax: Int?) -> RowResult? {
    // No family of a table with locks sorts before theirs.
    dropping(
      first: leadingCells(ofFamily: ColumnFamily.lockFamilyName), keeping: cellsMax)
  }

  /// The row with at most so many cells, which are then so many fewer; nil when none are left to return.
  func taking(from cellsLeft: inout Int) -> RowResult? {
    let row = dropping(first: 0, keeping: cellsLeft)
    cellsLeft -= row?.count ?? 0
    return row
  }
}

extension Mutation {
  var byteCount: Int {
    switch self {
    case .put(let column, _, let value, _), .append(let column, let value, _):
      column.qualifier.count + value.count + 16
    case .deleteVersion(let column, _), .deleteColumn(let column, _),
      .increment(let column, _, _), .minimum(let column, _, _), .maximum(let column, _, _):
      column.qualifier.count + 16
    case .deleteFamily, .deleteFamilyVersion, .deleteRow: 16
    }
  }
}
