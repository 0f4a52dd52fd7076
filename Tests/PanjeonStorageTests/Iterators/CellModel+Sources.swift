// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import WideColumn

extension CellModel {
  /// The cells dealt out to at most so many memtables and SSTables: some rows lie in one source alone, some in all.
  func dealtOut(_ random: inout SplitMix64, sourcesMax: Int) throws -> [CellCursor] {
    let sourceCount = 1 + random.below(sourcesMax)
    var parts = [CellModel](repeating: CellModel(), count: sourceCount)
    for row in rows {
      let only = random.chance(0.5) ? random.below(sourceCount) : nil
      for entry in entries where entry.row == row {
        parts[only ?? random.below(sourceCount)].append(entry)
      }
    }
    let disk = InMemoryFileSystem()
    return try parts.filter { !$0.entries.isEmpty }.enumerated().map { number, part in
      try part.source(number, disk, &random)
    }
  }

  /// A cursor over the cells in a memtable or an SSTable.
  private func source(
    _ number: Int, _ disk: InMemoryFileSystem, _ random: inout SplitMix64
  ) throws -> CellCursor {
    if random.chance(0.3) {
      let table = MemTable(capacityBytes: 1 << 20)
      for entry in entries.shuffled(using: &random) {
        entry.row.withUnsafeBytes { row in
          entry.key.withUnsafeBytes { key in
            entry.value.withUnsafeBytes {
              table.insert(row: row, rowHash: RowHash.hash(row), key: key, value: $0)
            }
          }
        }
      }
      return table.makeCursor()
    }
    let options = TableOptions(
      blockBytes: [1, 100, 700, 16 << 10][random.below(4)], regionID: 1, localityGroup: 0)
    _ = try TestTable.write(self, to: "/\(number)", disk, options: options)
    let table = try TestTable.open("/\(number)", disk, number: UInt64(number + 1))
    if random.chance(0.3) {
      // As a region that begins with its rows sees it: seeks to before them are seeks to its start.
      let bounds = KeyRange(from: entries[0].row, to: nil)
      return Table(table.file, bounds: bounds).makeCursor(.mayBlock)
    }
    return table.makeCursor(.mayBlock)
  }
}
