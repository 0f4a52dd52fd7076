// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Merged cursors")
struct MergeCursorTests {
  @Test(
    "Cells that are dealt out to memtables and SSTables come together in order, wherever a cursor is moved"
  )
  func merge() throws {
    TestSeed.announce("MergeCursorTests")
    var random = SplitMix64(seed: TestSeed.value)
    for round in 0..<(20 * TestSeed.effort) {
      let isWide = round % 3 == 0
      let model = CellModel.random(&random, rows: isWide ? 3 : 50, cellsMax: isWide ? 200 : 6)
      let sourceCount = 1 + random.below(5)
      var parts = [CellModel](repeating: CellModel(), count: sourceCount)
      // Some rows lie in one source alone, some in all.
      for row in model.rows {
        let only = random.chance(0.5) ? random.below(sourceCount) : nil
        for entry in model.entries where entry.row == row {
          parts[only ?? random.below(sourceCount)].append(entry)
        }
      }
      let disk = InMemoryFileSystem()
      let cursors = try parts.filter { !$0.entries.isEmpty }.enumerated().map { number, part in
        try cursor(over: part, number, disk, &random)
      }
      try model.compare(MergeCursor.over(cursors), moves: 150, &random, "round \(round)")
    }
  }

  private func cursor(
    over part: CellModel, _ number: Int, _ disk: InMemoryFileSystem, _ random: inout SplitMix64
  ) throws -> CellCursor {
    if random.chance(0.3) {
      let table = MemTable(capacityBytes: 1 << 20)
      for entry in part.entries.shuffled(using: &random) {
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
    _ = try TestTable.write(part, to: "/\(number)", disk, options: options)
    return try TestTable.open("/\(number)", disk, number: UInt64(number + 1))
      .makeCursor(.mayBlock)
  }
}
