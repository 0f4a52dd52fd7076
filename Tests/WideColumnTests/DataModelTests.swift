// SPDX-License-Identifier: Apache-2.0

import Testing
import WideColumn

@Suite("Bytes")
struct BytesTests {
  @Test("Order is by unsigned byte, shorter first; equality and hash see the bytes alone")
  func order() {
    let ordered: [Bytes] = [[], [0], [0, 0], [0, 255], [1], [127], [128], [255]]
    #expect(ordered.shuffled().sorted() == ordered)
    let whole: Bytes = "hello world"
    let slice = whole[6..<11]
    #expect(slice == "world")
    #expect(Set([slice, "world"]).count == 1)
    #expect(slice.first == UInt8(ascii: "w"))
    #expect(slice.successor > slice)
    #expect(slice.successor < "worldA")
  }

  @Test("Bytes print as in HBase's shell")
  func description() {
    #expect(Bytes([0x61, 0x00, 0xFF, 0x5C, 0x7E]).description == "a\\x00\\xFF\\x5C~")
    #expect(Bytes(utf8: "가").utf8String == "가")
    #expect(Bytes([0xFF]).utf8String == nil)
  }
}

@Suite("KeyRange")
struct KeyRangeTests {
  @Test("A prefix holds what begins with it, whatever its last bytes are")
  func prefix() {
    #expect(KeyRange.prefix("ab").contains("ab"))
    #expect(KeyRange.prefix("ab").contains(Bytes([0x61, 0x62, 0xFF, 0xFF])))
    #expect(!KeyRange.prefix("ab").contains("ac"))
    #expect(KeyRange.prefix([0x61, 0xFF]) == KeyRange(from: [0x61, 0xFF], to: [0x62]))
    #expect(KeyRange.prefix([0xFF, 0xFF]).stop == nil)
    #expect(KeyRange.prefix("") == .all)
  }

  @Test("Ends are where they are said to be")
  func ends() {
    #expect(KeyRange(Bytes("a")..<Bytes("c")).contains("b"))
    #expect(!KeyRange(Bytes("a")..<Bytes("c")).contains("c"))
    #expect(KeyRange(Bytes("a")...Bytes("c")).contains("c"))
    #expect(!KeyRange(Bytes("a")...Bytes("c")).contains("c\0"))
    #expect(KeyRange.single("a").contains("a"))
    #expect(!KeyRange.single("a").contains("a\0"))
    #expect(KeyRange(from: "b", to: "a").isEmpty)
    #expect(KeyRange(from: "a", to: "a").isEmpty)
    #expect(!KeyRange.all.isEmpty)
  }
}

@Suite("RowResult")
struct RowResultTests {
  @Test("A column's newest version is found among many, and a missing one is not")
  func lookup() {
    var cells: [Cell] = []
    for family in ["a", "b"] {
      for number in 0..<20 {
        for version in [9, 5] {
          cells.append(
            Cell(
              column: Column(family: family, qualifier: [UInt8(number)]),
              timestamp: Timestamp(microseconds: Int64(version)),
              value: Bytes(utf8: "\(family)\(number)@\(version)")))
        }
      }
    }
    let row = RowResult(row: "r", cells: cells)
    #expect(Array(row) == cells)
    #expect(row.value(family: "b", qualifier: [7]) == "b7@9")
    #expect(row.value(family: "b", qualifier: [77]) == nil)
    #expect(row.value(family: "c", qualifier: [7]) == nil)
  }
}

@Suite("TableSchema")
struct TableSchemaTests {
  @Test("A schema that cannot be is refused with the reason")
  func validation() throws {
    try TableSchema(name: "t", families: [ColumnFamily("f")]).validate()
    let bad: [(TableSchema, String)] = [
      (TableSchema(name: "", families: [ColumnFamily("f")]), "name"),
      (TableSchema(name: "a/b", families: [ColumnFamily("f")]), "name"),
      (TableSchema(name: "t", families: []), "families"),
      (TableSchema(name: "t", families: [ColumnFamily("f"), ColumnFamily("f")]), "same name"),
      (TableSchema(name: "t", families: [ColumnFamily("f:g")]), "colon"),
      (TableSchema(name: "t", families: [ColumnFamily("f", versionsMax: 0)]), "versions"),
      (TableSchema(name: "t", families: [ColumnFamily("f", localityGroup: "x")]), "locality"),
    ]
    for (schema, reason) in bad {
      do {
        try schema.validate()
        Issue.record("accepted: \(schema)")
      } catch {
        #expect(error.code == .invalidArgument)
        #expect(error.message.contains(reason), "\(error)")
      }
    }
  }
}
