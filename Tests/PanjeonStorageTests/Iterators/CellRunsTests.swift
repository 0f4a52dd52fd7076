// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Runs of a row's cells")
struct CellRunsTests {
  /// The cells of the row that a cursor is at, through their runs; nil when there are none.
  private func cells(ahead cursor: CellCursor, upTo limit: Int = .max) -> [CellModel.Entry]? {
    var runs = CellRuns()
    guard let row = cursor.current.map({ Bytes(Array($0.row)) }),
      cursor.appendRowAhead(to: &runs)
    else { return nil }
    var cells: [CellModel.Entry] = []
    runs.forEach { key, value in
      cells.append(CellModel.Entry(row: row, key: Bytes(Array(key)), value: Bytes(Array(value))))
      return cells.count < limit
    }
    return cells
  }

  @Test("Cells come in order out of up to six sources, however they are dealt out among them")
  func order() throws {
    TestSeed.announce("CellRunsTests")
    var random = SplitMix64(seed: TestSeed.value)
    var rowsCompared = 0
    for round in 0..<(60 * TestSeed.effort) {
      let model = CellModel.random(&random, rows: 10, cellsMax: 40)
      let sources = try model.dealtOut(&random, sourcesMax: 6)
      let cursor = MergeCursor.over(sources.map { $0(.mayBlock) })
      try cursor.seekToFirst()
      for row in model.rows.sorted() {
        let expected = model.entries.filter { $0.row == row }
        // A row that goes on in the next block has no runs.
        if let found = cells(ahead: cursor) {
          #expect(found == expected, "round \(round)")
          let limit = 1 + random.below(expected.count)
          #expect(cells(ahead: cursor, upTo: limit) == Array(expected.prefix(limit)))
          rowsCompared += 1
        }
        try cursor.nextRow()
      }
      #expect(cursor.current == nil)
    }
    #expect(rowsCompared > 100)
  }

  @Test("A row that lies in more sources than there is room for has no runs")
  func tooMany() throws {
    var cursors: [CellCursor] = []
    for sequence in 1...7 as ClosedRange<UInt64> {
      var key: [UInt8] = []
      Bytes("q").withUnsafeBytes {
        CellKey.append(
          family: 1, qualifier: $0, timestamp: 1, sequence: sequence, kind: .put, to: &key)
      }
      let table = MemTable(capacityBytes: 1 << 16)
      Bytes("row").withUnsafeBytes { row in
        key.withUnsafeBytes { key in
          table.insert(row: row, rowHash: RowHash.hash(row), key: key, value: key)
        }
      }
      cursors.append(table.makeCursor())
      let cursor = MergeCursor.over(cursors)
      try cursor.seekToFirst()
      #expect(cells(ahead: cursor)?.count == (sequence <= 6 ? Int(sequence) : nil))
    }
  }
}
