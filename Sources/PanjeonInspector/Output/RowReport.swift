// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// A row as it is printed.
struct RowReport: Encodable {
  struct PrintedCell: Encodable {
    var family: String
    var qualifier: String
    var timestamp: Int64
    var value: String
  }

  var row: String
  var cells: [PrintedCell]

  init(_ result: RowResult) {
    row = result.row.description
    cells = result.map { cell in
      PrintedCell(
        family: cell.column.family, qualifier: cell.column.qualifier.description,
        timestamp: cell.timestamp.microseconds, value: cell.value.description)
    }
  }

  /// One line a cell, as HBase's shell prints them.
  var text: String {
    cells.map { cell in
      "\(row) column=\(cell.family):\(cell.qualifier), timestamp=\(cell.timestamp), value=\(cell.value)"
    }.joined(separator: "\n")
  }
}
