// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Where to begin reading a row when the cells before a column are wanted.
///
/// In each source that has so many cells before the column, one that far away is found without reading any: in a memtable by a higher level of the row's skiplist,
/// in an SSTable by the index. From the greatest of these on there are so many in one source alone, so in all of them as well.
package struct ColumnHint {
  private let row: Bytes
  private let family: UInt8
  private let cells: Int
  /// What the keys of the column begin with.
  private let target: [UInt8]
  /// The greatest key found.
  private var best: [UInt8] = []

  package init(_ cells: Int, before qualifier: Bytes, family: UInt8, row: Bytes) {
    self.row = row
    self.family = family
    self.cells = cells
    var target: [UInt8] = []
    unsafe qualifier.withUnsafeBytes {
      unsafe CellKey.appendColumnPrefix(family: family, qualifier: $0, to: &target)
    }
    self.target = target
  }

  /// The qualifier of a column of the family before the one asked for; nil when there is none.
  package consuming func find(in group: GroupView) -> Bytes? {
    let hash = unsafe row.withUnsafeBytes { unsafe RowHash.hash($0) }
    look(in: group.active.table, hash)
    for part in group.immutables.flatMap(\.parts) where part.bounds?.contains(row) ?? true {
      look(in: part.memtable.table, hash)
    }
    for table in group.upper + group.bottom
    where unsafe row.withUnsafeBytes({ unsafe table.contains($0) }) {
      look(in: table.file.index)
    }
    guard !best.isEmpty else { return nil }
    var qualifier: [UInt8] = []
    unsafe best.withUnsafeBytes { unsafe CellKey.appendQualifier(of: $0, to: &qualifier) }
    return Bytes(qualifier)
  }

  private mutating func look(in table: MemTable, _ hash: UInt64) {
    let node = unsafe row.withUnsafeBytes { unsafe table.findRow($0, hash) }
    if node == 0 { return }
    let cell = unsafe target.withUnsafeBytes { unsafe table.cell(node, cells, before: $0) }
    if cell != 0 { unsafe take(table.cellKey(cell)) }
  }

  private mutating func look(in index: TableIndex) {
    let block = unsafe row.withUnsafeBytes { row in
      unsafe target.withUnsafeBytes { unsafe index.firstBlock(atOrAfter: row, key: $0) }
    }
    if block == 0 { return }
    // The key as the index has it: the escaped row and two zeros stand before that of the cell.
    var start: [UInt8] = []
    unsafe row.withUnsafeBytes { row in
      unsafe TableIndex.appendKey(
        row: row, key: UnsafeRawBufferPointer(start: nil, count: 0), to: &start)
    }
    let key = index.lastKey(of: block - 1)
    guard key.starts(with: start) else { return }
    unsafe key.dropFirst(start.count).withUnsafeBytes { unsafe take($0) }
  }

  private mutating func take(_ key: UnsafeRawBufferPointer) {
    guard key.count > CellKey.bytesMin, unsafe key[0] == family,
      unsafe key[1] == CellKey.columnPart
    else { return }
    let isGreater = unsafe best.withUnsafeBytes { unsafe compareBytes($0, key) < 0 }
    if isGreater { best = unsafe Array(key) }
  }
}
