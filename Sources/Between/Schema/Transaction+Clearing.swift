// SPDX-License-Identifier: Apache-2.0

internal import Panjeon
internal import PanjeonTransactions
internal import WideColumn

extension Transaction {
  /// Deletes what a row has beside its root, also what the schema does not know; the marks of what was deleted go by themselves.
  ///
  /// - Parameters:
  ///   - root: The root, which stays if it is there.
  ///   - cellsMax: How many cells to delete at the most.
  /// - Returns: Whether that was all.
  /// - Throws: Errors of the transaction.
  mutating func clearRow(of root: AnyKey, cellsMax: Int) async throws -> Bool {
    var range = KeyRange.all
    // Before it are the marks.
    range.start = [2]
    var columns = ColumnSelection()
    columns.add(family: AnyKey.family, qualifiers: range)
    let row = try await get(
      Get(root.row, columns: columns, cellsMax: cellsMax + 1), in: root.table)
    let cells = row.map(Array.init) ?? []
    let others = cells.filter { $0.column.qualifier != root.qualifier }.prefix(cellsMax)
    if !others.isEmpty {
      var mutations = RowMutations(root.row)
      for cell in others { mutations.mutations.append(.deleteColumn(cell.column, upTo: nil)) }
      try mutate(mutations, in: root.table)
    }
    return cells.count <= cellsMax
  }
}
