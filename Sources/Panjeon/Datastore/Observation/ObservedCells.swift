// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Cells that were written since a version, the oldest of them: as many as fit.
struct ObservedCells {
  /// How many are kept, but for those of one commit, which stay together.
  static let cellsMax = 1024
  /// How many bytes their values have, likewise.
  static let bytesMax = 8 << 20

  private(set) var cells: [FoundCell] = []
  /// Whether newer ones were left out.
  private(set) var isCut = false
  private var bytes = 0
  private var newest = Timestamp.max
  private var cutAt = (cells: Self.cellsMax * 2, bytes: Self.bytesMax * 2)

  mutating func add(_ cell: FoundCell) {
    if cell.timestamp > newest {
      isCut = true
      return
    }
    cells.append(cell)
    bytes += cell.value.count
    if cells.count >= cutAt.cells || bytes >= cutAt.bytes {
      cut()
      // Those of one commit stay together, however many: not to be sorted for each of them.
      cutAt = (max(Self.cellsMax, cells.count) * 2, max(Self.bytesMax, bytes) * 2)
    }
  }

  /// The cells by version, and then by qualifier.
  mutating func sorted() -> [FoundCell] {
    if cells.count > Self.cellsMax || bytes > Self.bytesMax { cut() }
    cells.sort(by: Self.isBefore)
    return cells
  }

  /// Keeps the oldest that fit, and those of the commit that the last of them is of.
  private mutating func cut() {
    cells.sort(by: Self.isBefore)
    var (count, kept) = (0, 0)
    for cell in cells {
      if count > 0, count >= Self.cellsMax || kept + cell.value.count > Self.bytesMax { break }
      count += 1
      kept += cell.value.count
    }
    newest = cells[count - 1].timestamp
    while count < cells.count, cells[count].timestamp == newest {
      kept += cells[count].value.count
      count += 1
    }
    if count < cells.count { isCut = true }
    cells.removeSubrange(count...)
    bytes = kept
  }

  private static func isBefore(_ left: FoundCell, _ right: FoundCell) -> Bool {
    (left.timestamp, left.qualifier) < (right.timestamp, right.qualifier)
  }
}
