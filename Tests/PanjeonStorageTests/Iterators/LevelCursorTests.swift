// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Cursors over a level")
struct LevelCursorTests {
  /// A model dealt out by row to tables that follow one another, which have the numbers from `first` on.
  private func level(
    of model: CellModel, first: UInt64, _ disk: InMemoryFileSystem, _ random: inout SplitMix64
  ) throws -> LevelCursor {
    var parts = [CellModel()]
    var last: Bytes?
    for entry in model.entries {
      if entry.row != last, last != nil, random.chance(0.2) { parts.append(CellModel()) }
      parts[parts.count - 1].append(entry)
      last = entry.row
    }
    let tables = try parts.enumerated().map { number, part in
      let path = "/\(first + UInt64(number))"
      let options = TableOptions(
        blockBytes: [1, 100, 700, 16 << 10][random.below(4)], regionID: 1, localityGroup: 0)
      _ = try TestTable.write(part, to: path, disk, options: options)
      return try TestTable.open(path, disk, number: first + UInt64(number))
    }
    // Not to be read: what lies beside it in the level.
    let whole = tables.prefix(1) + tables + tables.suffix(1)
    return LevelCursor(whole[1...tables.count], .mayBlock, fillsCache: true)
  }

  @Test("Tables that follow one another are one, wherever a cursor is moved")
  func moves() throws {
    TestSeed.announce("LevelCursorTests")
    var random = SplitMix64(seed: TestSeed.value)
    for round in 0..<(20 * TestSeed.effort) {
      let isWide = round % 3 == 0
      let model = CellModel.random(&random, rows: isWide ? 3 : 50, cellsMax: isWide ? 100 : 5)
      let disk = InMemoryFileSystem()
      let cursor = try level(of: model, first: 1, disk, &random)
      try model.compare(cursor, moves: 150, &random, "round \(round)")
    }
  }

  @Test("Two levels merge: it is noticed when one has come to another row, also in another table")
  func merged() throws {
    var random = SplitMix64(seed: TestSeed.value &+ 1)
    for round in 0..<(20 * TestSeed.effort) {
      let model = CellModel.random(&random, rows: 50, cellsMax: 5)
      var halves = [CellModel(), CellModel()]
      for entry in model.entries { halves[random.below(2)].append(entry) }
      let disk = InMemoryFileSystem()
      let cursors = try halves.enumerated().map { number, half in
        try level(of: half, first: UInt64(1 + number * 1000), disk, &random)
      }
      try model.compare(MergeCursor.over(cursors), moves: 150, &random, "round \(round)")
    }
  }
}
