// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
internal import WideColumn

/// What `panjeon count` has counted.
struct CountReport: Report {
  struct Family: Encodable {
    var name: String
    var rows: UInt64 = 0
    var cells: UInt64 = 0
    /// Of their qualifiers and values.
    var cellBytes: UInt64 = 0
  }

  var table: String
  var rows: UInt64 = 0
  var cells: UInt64 = 0
  /// Of the rows' keys, each once.
  var keyBytes: UInt64 = 0
  /// Of the cells' qualifiers and values.
  var cellBytes: UInt64 = 0
  /// Of the row with most cells.
  var cellsPerRowMax: UInt64 = 0
  var families: [Family] = []

  private var lastRow: RowKey?
  private var cellsOfRow: UInt64 = 0
  private var familiesOfRow: Set<String> = []

  private enum CodingKeys: String, CodingKey {
    case table, rows, cells, keyBytes, cellBytes, cellsPerRowMax, families
  }

  init(table: String) { self.table = table }

  /// Counts a row, or more cells of the last one; returns whether it is another row.
  mutating func add(_ row: RowResult) -> Bool {
    let isNew = row.row != lastRow
    if isNew {
      lastRow = row.row
      rows += 1
      keyBytes += UInt64(row.row.count)
      cellsOfRow = 0
      familiesOfRow = []
    }
    for cell in row { add(cell) }
    cellsPerRowMax = max(cellsPerRowMax, cellsOfRow)
    return isNew
  }

  private mutating func add(_ cell: Cell) {
    let bytes = UInt64(cell.column.qualifier.count + cell.value.count)
    cells += 1
    cellsOfRow += 1
    cellBytes += bytes
    let name = cell.column.family
    let place = families.firstIndex { $0.name == name } ?? families.endIndex
    if place == families.endIndex { families.append(Family(name: name)) }
    families[place].cells += 1
    families[place].cellBytes += bytes
    if familiesOfRow.insert(name).inserted { families[place].rows += 1 }
  }

  /// For people.
  var text: String {
    var rows = TextTable([
      ("", .left), ("rows", .right), ("cells", .right), ("size", .right),
    ])
    for family in families {
      rows.add([
        "family \(family.name)", String(family.rows), String(family.cells),
        Metrics.bytes(family.cellBytes),
      ])
    }
    rows.add([
      "table \(table)", String(self.rows), String(cells), Metrics.bytes(keyBytes + cellBytes),
    ])
    return (rows.lines + ["cells of a row: at most \(cellsPerRowMax)"]).joined(separator: "\n")
  }
}
