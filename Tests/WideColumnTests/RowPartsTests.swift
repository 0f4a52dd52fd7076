// SPDX-License-Identifier: Apache-2.0

import Testing
import WideColumn

@Suite("Cells in parts, and parts of rows")
struct RowPartsTests {
  private let row = RowResult(
    row: "r",
    cells: (0..<6).map { number in
      Cell(
        column: Column(family: number < 2 ? "a" : "b", qualifier: Bytes([UInt8(number)])),
        timestamp: Timestamp(microseconds: Int64(number)),
        value: Bytes([UInt8](repeating: UInt8(number), count: number)))
    })

  private func parts(_ row: RowResult) -> [Cell] {
    var cells: [Cell] = []
    row.forEachCell { family, qualifier, timestamp, value in
      cells.append(
        Cell(
          column: Column(family: family, qualifier: qualifier.withUnsafeBytes { Bytes(Array($0)) }),
          timestamp: timestamp, value: value.withUnsafeBytes { Bytes(Array($0)) }))
    }
    return cells
  }

  @Test("Cells are handed on in parts as they are found one by one, also those of a part of a row")
  func forEachCell() throws {
    #expect(parts(row) == Array(row))
    let part = try #require(row.dropping(first: 2, keeping: 3))
    #expect(parts(part) == Array(row)[2..<5].map { $0 })
    #expect(Array(part) == Array(row)[2..<5].map { $0 })
    #expect(part.mayHaveMoreCells)
  }

  @Test("A part of a row is searched in that part only, and a part of it is within it")
  func parts() throws {
    let part = try #require(row.dropping(first: 2, keeping: 3))
    #expect(part.value(family: "b", qualifier: Bytes([3])) == Bytes([3, 3, 3]))
    #expect(part.value(family: "a", qualifier: Bytes([1])) == nil)
    #expect(part.value(family: "b", qualifier: Bytes([5])) == nil)
    #expect(part.leadingCells(ofFamily: "b") == 3)
    #expect(part.leadingCells(ofFamily: "a") == 0)
    let last = try #require(part.dropping(first: 2, keeping: nil))
    #expect(last.map(\.value) == [Bytes([4, 4, 4, 4])])
    #expect(part.dropping(first: 3, keeping: nil) == nil)
    #expect(row.dropping(first: 0, keeping: 0) == nil)
    #expect(row.dropping(first: 0, keeping: nil) == row)
  }

  @Test("An error of the closure ends it")
  func failing() {
    struct Enough: Error {}
    var seen = 0
    #expect(throws: Enough.self) {
      try row.forEachCell { _, _, _, _ throws(Enough) in
        seen += 1
        if seen == 2 { throw Enough() }
      }
    }
    #expect(seen == 2)
  }
}
