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
      let sources = try model.dealtOut(&random, sourcesMax: 5)
      let cursor = MergeCursor.over(sources.map { $0(.mayBlock) })
      try model.compare(cursor, moves: 150, &random, "round \(round)")
    }
  }

  @Test("One that met a block which is not in memory is at no cell, and goes on from the next seek")
  func failures() throws {
    var random = SplitMix64(seed: TestSeed.value &+ 2)
    var (failures, successes) = (0, 0)
    for _ in 0..<(40 * TestSeed.effort) {
      let model = CellModel.random(&random, rows: 40, cellsMax: 5)
      let sources = try model.dealtOut(&random, sourcesMax: 4)
      let cold = MergeCursor.over(sources.map { $0(.cacheOnly) })
      let warm = MergeCursor.over(sources.map { $0(.mayBlock) })
      for _ in 0..<60 {
        let target = model.rows[random.below(model.rows.count)]
        do throws(StoreError) {
          try seek(cold, to: target)
          for _ in 0..<random.below(4) where cold.current != nil {
            if random.chance(0.5) { try cold.next() } else { try cold.nextRow() }
          }
          successes += 1
        } catch {
          #expect(error.code == .wouldBlock && cold.current == nil)
          failures += 1
        }
        if random.chance(0.7) { continue }
        // Brings into the cache what it reads.
        try seek(warm, to: target)
        try seek(cold, to: target)
        let expected = model.entries.first { $0.row >= target }
        let found = cold.current.map { Bytes(Array($0.key)) }
        #expect(found == expected?.key)
      }
    }
    #expect(failures > 100 && successes > 100)
  }

  private func seek(_ cursor: CellCursor, to row: Bytes) throws(StoreError) {
    try row.withRawBytes { (row) throws(StoreError) in
      try cursor.seek(row: row, key: UnsafeRawBufferPointer(start: nil, count: 0))
    }
  }
}
