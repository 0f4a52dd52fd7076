// SPDX-License-Identifier: Apache-2.0

internal import Panjeon
internal import WideColumn

/// A row as it is printed.
struct RowReport: Encodable {
  struct PrintedCell: Encodable {
    var family: String
    var qualifier: String
    var timestamp: Int64
    var value: String
    /// Of a record, its key; nil for other cells.
    var key: String?
    /// Of a record, its fields.
    var record: String?
  }

  var row: String
  /// The id of a root, as people read it.
  var root: String?
  var cells: [PrintedCell]

  /// Prepares a row for printing.
  ///
  /// - Parameters:
  ///   - result: The row.
  ///   - table: Its table.
  ///   - names: How records are shown; nil: as bytes.
  init(_ result: RowResult, in table: String, _ names: RecordNames? = nil) {
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
  var text: String {
    cells.map { cell in
      if let root, let key = cell.key, let record = cell.record {
        return "\(root): \(key) @\(cell.timestamp) \(record)"
      }
      return "\(row) column=\(cell.family):\(cell.qualifier), timestamp=\(cell.timestamp), "
        + "value=\(cell.value)"
    }.joined(separator: "\n")
  }
}
