// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Bounded cursors")
struct BoundedCursorTests {
  private func rows(_ table: Table) throws -> [Bytes] {
    let cursor = table.makeCursor(.mayBlock)
    var rows: [Bytes] = []
    try cursor.seekToFirst()
    while let cell = cursor.current {
      rows.append(Bytes(Array(cell.row)))
      try cursor.nextRow()
    }
    return rows
  }

  private func rowsBackwards(_ table: Table) throws -> [Bytes] {
    let cursor = table.makeCursor(.mayBlock)
    var rows: [Bytes] = []
    var bound: Bytes?
    while true {
      if let bound {
        try bound.withRawBytes { (row) throws(StoreError) in try cursor.seekToRow(before: row) }
      } else {
        try cursor.seekToRow(before: nil)
      }
      guard let cell = cursor.current else { return rows }
      let row = Bytes(Array(cell.row))
      rows.append(row)
      bound = row
    }
  }

  @Test(
    "The part of a file within bounds has the rows within them, both ways, wherever a seek goes")
  func parts() throws {
    var random = SplitMix64(seed: TestSeed.value)
    TestSeed.announce("parts")
    for _ in 0..<40 {
      let count = 1 + random.below(40)
      let model = CellModel.random(&random, rows: count, cellsMax: 4)
      let disk = InMemoryFileSystem()
      _ = try TestTable.write(
        model, to: "/t", disk,
        options: TableOptions(blockBytes: 64 + random.below(400), regionID: 1, localityGroup: 0))
      let whole = try TestTable.open("/t", disk)
      let all = try rows(whole)
      let candidates = all + all.map(\.successor) + [Bytes(), "zzzz"]
      for _ in 0..<20 {
        let start = candidates[random.below(candidates.count)]
        let stop = random.chance(0.2) ? nil : candidates[random.below(candidates.count)]
        let bounds = KeyRange(from: start, to: stop)
        let part = Table(whole.file, bounds: bounds)
        let expected = all.filter { bounds.contains($0) }
        #expect(try rows(part) == expected)
        #expect(try rowsBackwards(part) == expected.reversed())
        let target = candidates[random.below(candidates.count)]
        let cursor = part.makeCursor(.mayBlock)
        try target.withRawBytes { (row) throws(StoreError) in
          try cursor.seek(row: row, key: UnsafeRawBufferPointer(start: nil, count: 0))
        }
        let found = cursor.current.map { Bytes(Array($0.row)) }
        #expect(found == expected.first { $0 >= target })
        #expect(part.bytes <= whole.bytes)
      }
    }
  }
}
