// SPDX-License-Identifier: Apache-2.0

import Panjeon
import Testing
import WideColumn

@Suite("RecordDecoder")
struct RecordDecoderTests {
  struct Point: Codable, Equatable {
    enum CodingKeys: Int, CodingKey { case x = 1, y, name }
    var x: Int
    var y: Int
    var name: String?
  }

  @Test(
    "Bytes that are no record are refused, with the place",
    arguments: [
      ("", "an item is missing, at byte 0"),
      ("01 02", "bytes follow the record, at byte 1"),
      ("9f 01 ff", "an indefinite length, at byte 0"),
      ("a1 01 7f 61 61 ff", "an indefinite length, at byte 2"),
      ("1c", "a reserved head, at byte 0"),
      ("81 fd", "a reserved head, at byte 1"),
      ("f8 1f", "a simple value in two bytes that needs one, at byte 0"),
      ("a2 01 00 01 00", "a key that is in the map already, at byte 3"),
      ("a2 01 00 18 01 00", "a key that is in the map already, at byte 3"),
      ("a2 81 01 00 81 18 01 00", "a key that is in the map already, at byte 4"),
      ("a3 02 00 01 00 02 00", "a key that is in the map already, at byte 5"),
      ("a1 01 62 c3 28", "text that is no UTF-8, at byte 2"),
      ("61 ff", "text that is no UTF-8, at byte 0"),
      ("63 ed a0 80", "text that is no UTF-8, at byte 0"),
      ("5b 7f ff ff ff ff ff ff ff", "a length goes beyond the end, at byte 0"),
      ("5b ff ff ff ff ff ff ff ff", "a length goes beyond the end, at byte 0"),
      ("9b ff ff ff ff ff ff ff ff", "a count goes beyond the end, at byte 0"),
      ("bb 80 00 00 00 00 00 00 00 00 00", "a count goes beyond the end, at byte 0"),
      ("ba ff ff ff ff 00 00", "a count goes beyond the end, at byte 0"),
      ("82 01", "a count goes beyond the end, at byte 0"),
      ("82 18 01", "an item is missing, at byte 3"),
      ("1b 00 00", "a head goes beyond the end, at byte 0"),
    ])
  func malformed(text: String, reason: String) {
    #expect(refusal(Point.self, hex(text)) == "dataCorrupted: not a record: \(reason)")
    #expect(throws: DecodingError.self) { try RecordValue(decoding: hex(text)) }
    // Offsets count from the record's beginning, also within a shared buffer.
    let shared = Bytes([7, 7, 7] + Array(hex(text)))
    #expect(refusal(Point.self, shared[3..<shared.count]) == refusal(Point.self, hex(text)))
  }

  @Test("64 levels are read, and one more is refused")
  func nesting() throws {
    let deep = Bytes([UInt8](repeating: 0x81, count: 64) + [0])
    #expect(throws: Never.self) { try RecordValue(decoding: deep) }
    #expect(throws: DecodingError.self) { try RecordValue(decoding: Bytes([0x81] + Array(deep))) }
    for byte: UInt8 in [0x81, 0xA1, 0xC1] {
      let deeper = Bytes([UInt8](repeating: byte, count: 1 << 20))
      #expect(refusal(Point.self, deeper)?.contains("64 arrays, maps and tags") == true)
    }
  }

  @Test("Longer heads, other orders and tags are read")
  func tolerance() throws {
    let point = Point(x: 1, y: 2, name: "p")
    for text in [
      "a3 01 01 02 02 03 61 70", "a3 03 61 70 02 02 01 01",
      "b8 03 18 01 01 19 00 02 02 03 78 01 70",
      "c1 a3 01 d9 ff ff 01 02 c1 c2 02 03 61 70",
      "a5 01 01 02 02 03 61 70 04 f9 3c 00 05 f7",
      "a4 01 01 02 02 03 61 70 81 01 e0",
      "a3 61 78 01 61 79 02 64 6e 61 6d 65 61 70",
    ] {
      #expect(try decode(Point.self, hex(text)) == point, "\(text)")
    }
    #expect(try decode(Point.self, hex("a3 01 01 02 02 03 f6")) == Point(x: 1, y: 2))
    #expect(try decode(Point.self, hex("a3 01 01 02 02 03 c5 f7")) == Point(x: 1, y: 2))
  }

  @Test("Fields are found in any order of asking, in sorted and unsorted maps")
  func orders() throws {
    struct Backward: Codable, Equatable {
      var values: [Int?]
      init(_ values: [Int?]) { self.values = values }
      init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Numbers.self)
        var values: [Int: Int] = [:]
        for number in [5, 0, 9, 3, 3, 7, 1, 8, 2, 6, 4] {
          values[number] = try container.decodeIfPresent(Int.self, forKey: Numbers(number))
        }
        self.values = (0..<10).map { values[$0] }
      }
      func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Numbers.self)
        for (number, value) in values.enumerated() where value != nil {
          try container.encodeIfPresent(value, forKey: Numbers(number))
        }
      }
    }
    let value = Backward([nil, 1, 2, nil, 4, 5, nil, 7, 8, nil])
    #expect(try roundTrip(value) == value)
    #expect(try decode(Backward.self, hex("a6 08 08 01 01 07 07 02 02 05 05 04 04")) == value)
    #expect(try decode(Backward.self, hex("a0")) == Backward([Int?](repeating: nil, count: 10)))
  }

  struct Numbers: CodingKey {
    var intValue: Int?
    var stringValue: String { "\(intValue ?? 0)" }
    init(_ number: Int) { intValue = number }
    init?(intValue: Int) { self.intValue = intValue }
    init?(stringValue: String) { nil }
  }

  @Test("Errors say which field, by its path")
  func paths() throws {
    struct Outer: Codable { var points: [String: [Point]] }
    do {
      _ = try decode(Outer.self, hex("a1 66 70 6f 69 6e 74 73 a1 61 61 81 a2 01 01 02 61 78"))
      Issue.record("text was read as a number")
    } catch DecodingError.typeMismatch(let type, let context) {
      #expect(ObjectIdentifier(type) == ObjectIdentifier(Int.self))
      #expect(context.codingPath.map(\.stringValue) == ["points", "a", "Index 0", "y"])
      #expect(context.debugDescription == "expected Int, found text at byte 16")
    }
    #expect(refusal(Point.self, hex("a1 01 01")) == "keyNotFound: y")
    #expect(
      refusal(Point.self, hex("a2 01 f6 02 01"))?.hasPrefix("valueNotFound: expected Int") == true)
    #expect(refusal(Point.self, hex("80"))?.contains("found an array at byte 0") == true)
    #expect(refusal(Point.self, hex("f6"))?.hasPrefix("valueNotFound") == true)
    #expect(refusal([Int].self, hex("a0"))?.hasPrefix("typeMismatch") == true)
    #expect(refusal(Bool.self, hex("e0"))?.contains("found a simple value") == true)
  }

  @Test("userInfo reaches the values")
  func userInfo() throws {
    let key = CodingUserInfoKey(rawValue: "key")!
    struct Asking: Codable {
      init() {}
      init(from decoder: any Decoder) throws {
        #expect(decoder.userInfo[CodingUserInfoKey(rawValue: "key")!] as? Int == 5)
      }
      func encode(to encoder: any Encoder) throws {
        #expect(encoder.userInfo[CodingUserInfoKey(rawValue: "key")!] as? Int == 5)
      }
    }
    var encoder = RecordEncoder()
    encoder.userInfo[key] = 5
    var decoder = RecordDecoder()
    decoder.userInfo[key] = 5
    _ = try decoder.decode([Asking].self, from: encoder.encode([Asking()]))
  }
}
