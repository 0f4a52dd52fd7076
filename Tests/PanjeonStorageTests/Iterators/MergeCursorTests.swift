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
      try model.compare(MergeCursor.over(sources), moves: 150, &random, "round \(round)")
    }
  }
}
