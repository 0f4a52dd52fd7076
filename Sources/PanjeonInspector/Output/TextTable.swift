// SPDX-License-Identifier: Apache-2.0

/// Rows of words in columns, for people.
struct TextTable {
  /// To which side of its column a word is moved.
  enum Side {
    case left, right
  }

  private let sides: [Side]
  private var rows: [[String]]

  /// - Parameter columns: The columns' titles, and the side for the words below them.
  init(_ columns: [(title: String, side: Side)]) {
    sides = columns.map(\.side)
    rows = [columns.map(\.title)]
  }

  mutating func add(_ row: [String]) {
    rows.append(row)
  }

  /// The lines, titles first; nothing follows the last word of a line.
  var lines: [String] {
    var widths = [Int](repeating: 0, count: sides.count)
    for row in rows {
      for (column, text) in row.enumerated() { widths[column] = max(widths[column], text.count) }
    }
    return rows.map { row in
      var line = ""
      for (column, text) in row.enumerated() {
        let blanks = String(repeating: " ", count: widths[column] - text.count)
        if column > 0 { line += "  " }
        line += sides[column] == .right ? blanks + text : text + blanks
      }
      while line.last == " " { line.removeLast() }
      return line
    }
  }
}
