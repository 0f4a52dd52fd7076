// SPDX-License-Identifier: Apache-2.0

internal import Panjeon
package import WideColumn

/// A row as it is printed.
package struct RowReport: Encodable {
  package struct PrintedCell: Encodable {
    package var family: String
    package var qualifier: String
    package var timestamp: Int64
    package var value: String
    /// Of a record, its key; nil for other cells.
    package var key: String?
    /// Of a record, its fields.
    package var record: String?
  }

  package var row: String
  /// The id of a root, as people read it.
  package var root: String?
  package var cells: [PrintedCell]

  /// Prepares a row for printing.
  ///
  /// - Parameters:
  ///   - result: The row.
  ///   - table: Its table.
  ///   - names: How records are shown; nil: as bytes.
  package init(_ result: RowResult, in table: String, _ names: RecordNames? = nil) {
    row = result.row.description
    let root = names?.root(result.row, in: table)
    self.root = root
    cells = result.map { cell in
      var printed = PrintedCell(
        family: cell.column.family, qualifier: cell.column.qualifier.description,
        timestamp: cell.timestamp.microseconds, value: cell.value.description)
      if let names, root != nil, cell.column.family == AnyKey.family {
        printed.key = names.place(cell.column.qualifier)
        printed.record = names.value(cell.value, at: cell.column.qualifier)
      }
      return printed
    }
  }

  /// One line a cell: records with their keys and fields, other cells as HBase's shell prints them.
  package var text: String {
    cells.map { cell in
      if let root, let key = cell.key, let record = cell.record {
        return "\(root): \(key) @\(cell.timestamp) \(record)"
      }
      return "\(row) column=\(cell.family):\(cell.qualifier), timestamp=\(cell.timestamp), "
        + "value=\(cell.value)"
    }.joined(separator: "\n")
  }
}
