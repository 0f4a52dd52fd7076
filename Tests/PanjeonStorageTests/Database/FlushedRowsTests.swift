// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Flushed rows")
struct FlushedRowsTests {
  @Test("A row is held through the greatest sequence of the regions that held it")
  func model() {
    var random = SplitMix64(seed: TestSeed.value)
    TestSeed.announce("FlushedRowsTests")
    let rows: [Bytes] = ["", "a", "a\0", "b", "c", "d", "zz"]
    for _ in 0..<200 {
      let regions = (0..<random.below(6)).map { id in
        let start = rows[random.below(rows.count)]
        let stop = random.chance(0.3) ? nil : rows[random.below(rows.count)]
        return RetiredRegion(
          id: UInt64(id), tableID: 1, rows: KeyRange(from: start, to: stop),
          flushedThrough: [UInt64(random.below(10)), UInt64(random.below(10))])
      }
      let flushed = FlushedRows(groupCount: 2, regions)
      for row in rows {
        for group in 0..<2 {
          let greatest =
            regions.filter { $0.rows.contains(row) }.map { $0.flushedThrough[group] }.max() ?? 0
          for sequence in UInt64(1)...11 {
            let isHeld = row.withUnsafeBytes {
              flushed.holds($0, group: group, sequence: sequence)
            }
            #expect(isHeld == (sequence <= greatest))
          }
        }
      }
    }
  }
}
