// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Panjeon
import Testing
import WideColumn

/// Fields that a later program wrote, and that an older one keeps.
@Suite("RecordEncoder, keeping unknown fields")
struct KeptFieldsTests {
  struct Old: Codable, Equatable {
    enum CodingKeys: Int, CodingKey { case id = 1, name, inner, list, mood, table, pairs }
    struct Inner: Codable, Equatable {
      enum CodingKeys: String, CodingKey { case x, y }
      var x: Int
      var y: Int?
    }
    enum Mood: Codable, Equatable {
      case happy
      case sad(why: Inner)
    }
    var id: Int
    var name: String?
    var inner: Inner?
    var list: [Inner]?
    var mood: Mood?
    var table: [String: Inner]?
    var pairs: [UUID: Inner]?
  }

  /// Writes a record in place of a stored one, both in hexadecimal or notation.
  private func keep(_ value: some Encodable, _ stored: RecordValue) throws -> String {
    let bytes = try RecordEncoder().encode(value, keepingUnknownFieldsOf: stored.encode())
    return try RecordValue(decoding: bytes).description
  }

  private func map(_ fields: [(RecordValue, RecordValue)]) -> RecordValue {
    .map(fields.map { RecordValue.Field(key: $0.0, value: $0.1) })
  }

  private func inner(_ x: Int128, _ unknown: Int128?) -> RecordValue {
    map([(.text("x"), .integer(x))] + (unknown.map { [(.text("new"), .integer($0))] } ?? []))
  }

  @Test("Unknown fields of the record are kept, known ones that are nil go")
  func record() throws {
    let stored = map([
      (.integer(0), .text("before")), (.integer(1), .integer(5)), (.integer(2), .text("gone")),
      (.integer(100), .array([.integer(1)])), (.text("word"), .simple(21)),
    ])
    #expect(try keep(Old(id: 6), stored) == #"{0: "before", 1: 6, 100: [1], "word": true}"#)
    // What a field was before it had a number goes with it.
    let named = map([(.text("id"), .integer(5)), (.text("other"), .integer(1))])
    #expect(try keep(Old(id: 6), named) == #"{1: 6, "other": 1}"#)
  }

  @Test("Nothing changes where nothing is unknown, or nothing was a map")
  func nothing() throws {
    let value = Old(id: 1, inner: Old.Inner(x: 1), list: [Old.Inner(x: 2)])
    let bytes = try encode(value)
    #expect(try RecordEncoder().encode(value, keepingUnknownFieldsOf: bytes) == bytes)
    for stored: RecordValue in [.integer(1), .array([]), .simple(22), .tag(5, map([]))] {
      #expect(try RecordEncoder().encode(value, keepingUnknownFieldsOf: stored.encode()) == bytes)
    }
    #expect(try RecordEncoder().encode(5, keepingUnknownFieldsOf: bytes) == hex("05"))
    #expect(try RecordEncoder().encode([5], keepingUnknownFieldsOf: bytes) == hex("81 05"))
    #expect(throws: DecodingError.self) {
      try RecordEncoder().encode(value, keepingUnknownFieldsOf: hex("a1"))
    }
  }

  @Test("Stored fields in another order, and with longer heads, are kept in ours")
  func otherForms() throws {
    let stored = hex("b8 03 18 64 18 01 01 05 18 03 a2 61 7a 02 61 78 01")
    let bytes = try RecordEncoder().encode(
      Old(id: 6, inner: Old.Inner(x: 3)), keepingUnknownFieldsOf: stored)
    #expect(
      try RecordValue(decoding: bytes).description == #"{1: 6, 3: {"x": 3, "z": 2}, 100: 1}"#)
    #expect(try RecordValue(decoding: bytes).encode() == bytes)
  }

  @Test("Nested records keep theirs, and lose them with themselves")
  func nested() throws {
    let stored = map([(.integer(1), .integer(1)), (.integer(3), inner(1, 9))])
    #expect(
      try keep(Old(id: 1, inner: Old.Inner(x: 2)), stored) == #"{1: 1, 3: {"x": 2, "new": 9}}"#)
    #expect(try keep(Old(id: 1), stored) == "{1: 1}")
  }

  @Test("Elements of arrays that stay as they were keep theirs, wherever they are")
  func elements() throws {
    let stored = map([
      (.integer(4), .array([inner(1, 9), inner(2, nil), inner(3, 8), inner(3, 7)]))
    ])
    func list(_ xs: [Int]) throws -> String {
      let text = try keep(Old(id: 0, list: xs.map { Old.Inner(x: $0) }), stored)
      return String(text.dropFirst("{1: 0, 4: [".count).dropLast(2))
        .replacing("\"", with: "").replacing(", {", with: " {")
    }
    #expect(try list([1, 2, 3, 3]) == "{x: 1, new: 9} {x: 2} {x: 3, new: 8} {x: 3, new: 7}")
    #expect(try list([3, 1]) == "{x: 3, new: 8} {x: 1, new: 9}")
    #expect(try list([3, 3, 3]) == "{x: 3, new: 8} {x: 3, new: 7} {x: 3}")
    #expect(
      try list([5, 1, 2, 3, 3]) == "{x: 5} {x: 1, new: 9} {x: 2} {x: 3, new: 8} {x: 3, new: 7}")
    #expect(try list([5, 2, 3, 3]) == "{x: 5, new: 9} {x: 2} {x: 3, new: 8} {x: 3, new: 7}")
    #expect(try list([3, 6, 7, 2]) == "{x: 3, new: 8} {x: 6, new: 9} {x: 7, new: 7} {x: 2}")
    #expect(try list([]) == "")
  }

  @Test("Position decides nothing in sets, and where different numbers of elements are left")
  func positions() throws {
    struct Holder: Encodable {
      enum CodingKeys: Int, CodingKey { case set = 1, list }
      struct Element: Codable, Hashable { var x: Int }
      var set: Set<Element>?
      var list: [Element?]?
    }
    func element(_ x: Int) -> Holder.Element { Holder.Element(x: x) }
    let two: RecordValue = .array([inner(1, 9), inner(2, 8)])
    #expect(
      try keep(Holder(set: [element(1), element(3)]), map([(.integer(1), two)]))
        == #"{1: [{"x": 3}, {"x": 1, "new": 9}]}"#)
    let one: RecordValue = .array([.simple(22), inner(1, 9)])
    #expect(
      try keep(Holder(list: [element(5)]), map([(.integer(2), one)])) == #"{2: [{"x": 5}]}"#)
    #expect(
      try keep(Holder(list: [nil, element(5)]), map([(.integer(2), one)]))
        == #"{2: [null, {"x": 5, "new": 9}]}"#)
    #expect(
      try keep(Holder(list: [nil, element(5)]), map([(.integer(2), two)]))
        == #"{2: [null, {"x": 5}]}"#)
  }

  @Test("Values of dictionaries keep theirs by key, whatever the type of the keys is")
  func dictionaries() throws {
    let ids = (0..<5).map { UUID(uuid: ($0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)) }
    struct New: Codable {
      enum CodingKeys: Int, CodingKey { case id = 1, table = 6, pairs }
      struct Inner: Codable { var x: Int; var new: Int? }
      var id = 0
      var table: [String: Inner] = [:]
      var pairs: [UUID: Inner] = [:]
    }
    var new = New()
    for number in 0..<5 {
      new.table["\(number)a"] = New.Inner(x: number, new: 10 + number)
      new.pairs[ids[number]] = New.Inner(x: number, new: 20 + number)
    }
    let stored = try encode(new)
    var old = try decode(Old.self, stored)
    old.table?["1a"]?.x = 70
    old.table?["2a"] = nil
    old.table?["9a"] = Old.Inner(x: 1)
    old.pairs?[ids[3]]?.x = 80
    old.pairs?[ids[4]]?.x = 81
    old.pairs?[ids[0]] = nil
    let bytes = try RecordEncoder().encode(old, keepingUnknownFieldsOf: stored)
    let read = try decode(New.self, bytes)
    #expect(read.table.mapValues(\.new) == ["0a": 10, "1a": 11, "3a": 13, "4a": 14, "9a": nil])
    #expect(read.table["1a"]?.x == 70)
    #expect(read.pairs.mapValues(\.new) == [ids[1]: 21, ids[2]: 22, ids[3]: 23, ids[4]: 24])
    #expect(read.pairs[ids[4]]?.x == 81)
  }

  @Test("An enum's case is replaced, and one that stays keeps fields within its values")
  func enums() throws {
    let why = map([
      (.text("sad"), map([(.text("why"), inner(1, 9)), (.text("since"), .integer(3))]))
    ])
    let stored = map([(.integer(5), why)])
    #expect(
      try keep(Old(id: 1, mood: .sad(why: Old.Inner(x: 2))), stored)
        == #"{1: 1, 5: {"sad": {"why": {"x": 2, "new": 9}, "since": 3}}}"#)
    #expect(try keep(Old(id: 1, mood: .happy), stored) == #"{1: 1, 5: {"happy": {}}}"#)
    // A case that only a later program knows makes way as well.
    let later = map([(.integer(5), map([(.text("angry"), map([]))]))])
    #expect(try keep(Old(id: 1, mood: .happy), later) == #"{1: 1, 5: {"happy": {}}}"#)
  }

  @Test("A superclass's fields and those of several containers at one level are known together")
  func classes() throws {
    struct Two: Encodable {
      enum First: Int, CodingKey { case a = 1, b }
      enum Second: Int, CodingKey { case c = 3, d }
      enum Third: Int, CodingKey { case e = 9 }
      func encode(to encoder: any Encoder) throws {
        var first = encoder.container(keyedBy: First.self)
        var second = encoder.container(keyedBy: Second.self)
        try second.encode(1, forKey: .d)
        try first.encode(1, forKey: .a)
        var third = second.superEncoder().container(keyedBy: Third.self)
        try third.encode(1, forKey: .e)
      }
    }
    let stored = map(
      (1...5).map { (.integer($0), .integer(0)) } + [
        (.text("super"), map([(.integer(8), .integer(0)), (.integer(9), .integer(0))]))
      ])
    #expect(try keep(Two(), stored) == #"{1: 1, 4: 1, 5: 0, "super": {8: 0, 9: 1}}"#)
  }

  @Test("Fields are kept in their order beside containers that are put in late")
  func late() throws {
    struct Late: Encodable {
      enum CodingKeys: Int, CodingKey { case zero = 0, one, two, nine = 9 }
      func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        var nested = container.nestedContainer(keyedBy: CodingKeys.self, forKey: .one)
        try container.encode(0, forKey: .two)
        try container.encode(0, forKey: .nine)
        try nested.encode(0, forKey: .zero)
      }
    }
    #expect(
      try keep(Late(), map([(.integer(5), .integer(7))])) == "{1: {0: 0}, 2: 0, 5: 7, 9: 0}")
  }

  @Test("Many elements without plain fields are compared a bounded number of times")
  func bounds() throws {
    struct Node: Codable { var n: [Node] }
    func tree(_ depth: Int, _ width: Int) -> Node {
      Node(n: depth == 0 ? [] : (0..<width).map { _ in tree(depth - 1, width) })
    }
    let stored = try encode([tree(6, 3), tree(5, 4)])
    let bytes = try RecordEncoder().encode(
      [tree(5, 4), tree(6, 3), tree(4, 4)], keepingUnknownFieldsOf: stored)
    #expect(try bytes == encode([tree(5, 4), tree(6, 3), tree(4, 4)]))
  }
}
