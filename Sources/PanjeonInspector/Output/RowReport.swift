// SPDX-License-Identifier: Apache-2.0

internal import Panjeon
package import WideColumn

/// A row as it is printed.
package struct RowReport: Report {
  package struct PrintedCell: Encodable {
    package var family: String
    package var qualifier: String
    package var timestamp: Int64
    package var value: String?
    /// Of a record, its key; nil for other cells.
    package var key: String?
    /// Of a record, its fields.
    package var record: String?
  }

  package var row: String
  /// The root, as people read it: "user 17".
  package var root: String?
  package var cells: [PrintedCell]

  /// Prepares a row for printing.
  ///
  /// - Parameters:
  ///   - result: The row.
  ///   - table: Its table.
  ///   - names: What the store says of its records.
  ///   - style: How bytes are written; only with `decoded` are records shown as such.
  ///   - withValues: Whether what cells hold is told.
  package init(
    _ result: RowResult, in table: String, _ names: RecordNames, _ style: ByteStyle = .decoded,
    withValues: Bool = true
  ) {
    row = style.text(result.row)
    let root = style == .decoded ? names.root(result.row, in: table) : nil
    self.root = root
    cells = result.map { cell in
      var printed = PrintedCell(
        family: cell.column.family, qualifier: style.text(cell.column.qualifier),
        timestamp: cell.timestamp.microseconds, value: withValues ? style.text(cell.value) : nil)
      if let root, cell.column.family == AnyKey.family {
        printed.key = names.place(cell.column.qualifier, below: root)
        if withValues {
          printed.record = names.value(cell.value, at: cell.column.qualifier, below: root)
        }
      }
      return printed
    }
  }

  /// One line a cell: records with their keys and fields, other cells as HBase's shell prints them.
  package var text: String {
    cells.map { cell in
      if let key = cell.key, cell.value == nil || cell.record != nil {
        return ["\(key) @\(cell.timestamp)", cell.record].compactMap { $0 }.joined(separator: " ")
      }
      let value = cell.value.map { ", value=\($0)" } ?? ""
      return "\(row) column=\(cell.family):\(cell.qualifier), timestamp=\(cell.timestamp)\(value)"
    }.joined(separator: "\n")
  }
}
