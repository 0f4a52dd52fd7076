// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Cells that were written since a version, the oldest of them: as many as fit.
struct ObservedCells {
  /// How many are kept, but for those of one commit, which stay together.
  static let cellsMax = 1024

  private(set) var cells: [FoundCell] = []
  /// Whether newer ones were left out.
  private(set) var isCut = false
  private var newest = Timestamp.max
  private var cutAt = Self.cellsMax * 2

  mutating func add(_ cell: FoundCell) {
    if cell.timestamp > newest {
      isCut = true
      return
    }
    cells.append(cell)
    if cells.count >= cutAt {
      cut()
      // Those of one commit stay together, however many: not to be sorted for each of them.
      cutAt = max(Self.cellsMax * 2, cells.count * 2)
    }
  }

  /// The cells by version, and then by qualifier.
  mutating func sorted() -> [FoundCell] {
    if cells.count > Self.cellsMax { cut() }
    cells.sort(by: Self.isBefore)
    return cells
  }

  private mutating func cut() {
    cells.sort(by: Self.isBefore)
    newest = cells[Self.cellsMax - 1].timestamp
    let kept = cells.prefix { $0.timestamp <= newest }.count
    if kept < cells.count { isCut = true }
    cells.removeSubrange(kept...)
  }

  private static func isBefore(_ left: FoundCell, _ right: FoundCell) -> Bool {
    (left.timestamp, left.qualifier) < (right.timestamp, right.qualifier)
  }
}
