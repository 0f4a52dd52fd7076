// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Panjeon
import Testing
import WideColumn

@Suite("Types in records")
struct RecordTypesTests {
  @Test("Integers have the shortest form, and read back at the ends of their ranges")
  func integers() throws {
    for (value, bytes) in [
      (0, "00"), (23, "17"), (24, "18 18"), (255, "18 ff"), (256, "19 01 00"), (65535, "19 ff ff"),
      (65536, "1a 00 01 00 00"), (4_294_967_295, "1a ff ff ff ff"),
      (4_294_967_296, "1b 00 00 00 01 00 00 00 00"), (-1, "20"), (-24, "37"), (-25, "38 18"),
      (Int.max, "1b 7f ff ff ff ff ff ff ff"), (Int.min, "3b 7f ff ff ff ff ff ff ff"),
    ] {
      #expect(try encode(value) == hex(bytes))
      #expect(try roundTrip(value) == value)
    }
    func ends<Value: FixedWidthInteger & Codable>(_ type: Value.Type) throws {
      for value in [Value.min, .max, 0, 1] {
        #expect(try roundTrip(value) == value)
        #expect(try roundTrip([value]) == [value])
        #expect(try roundTrip(["x": value]) == ["x": value])
      }
    }
    try ends(Int8.self)
    try ends(Int16.self)
    try ends(Int32.self)
    try ends(Int64.self)
    try ends(UInt8.self)
    try ends(UInt16.self)
    try ends(UInt32.self)
    try ends(UInt64.self)
    try ends(UInt.self)
    try ends(Int128.self)
    try ends(UInt128.self)
  }

  @Test("Integers beyond 64 bits are bignums")
  func bignums() throws {
    #expect(try encode(Int128(1) << 64) == hex("c2 49 01 00 00 00 00 00 00 00 00"))
    #expect(try encode(-1 - Int128(1) << 64) == hex("c3 49 01 00 00 00 00 00 00 00 00"))
    #expect(try encode(~(Int128(1) << 64 - 1)) == hex("3b ff ff ff ff ff ff ff ff"))
    #expect(try decode(Int.self, hex("c2 4a 00 00 00 00 00 00 00 00 01 00")) == 256)
    #expect(
      refusal(Int.self, hex("c2 49 01 00 00 00 00 00 00 00 00"))?.contains("range of Int") == true)
    let long = hex("c2 52 01" + String(repeating: "00", count: 17))
    #expect(refusal(UInt128.self, long)?.contains("range of UInt128") == true)
  }

  @Test("A number outside the type's range is corrupt")
  func ranges() throws {
    #expect(
      refusal(Int8.self, hex("19 01 2c"))
        == "dataCorrupted: the number is out of the range of Int8, at byte 0")
    #expect(refusal(UInt64.self, hex("20"))?.contains("range of UInt64") == true)
    #expect(refusal(Int64.self, hex("3b ff ff ff ff ff ff ff ff"))?.contains("range") == true)
    #expect(
      refusal(Int.self, hex("fb 3f f0 00 00 00 00 00 00"))?.hasPrefix("typeMismatch Int") == true)
    #expect(
      refusal(Float.self, hex("fb 7e 37 e4 3c 88 00 75 9c"))?.contains("range of Float") == true)
  }

  @Test("Floats read back bit for bit")
  func floats() throws {
    for bits: UInt64 in [
      0, 1 << 63, 0x7FF8_0000_0000_1234, 0x7FF0_0000_0000_0001, 0xFFF0_0000_0000_0000, 1,
    ] {
      #expect(try roundTrip(Double(bitPattern: bits)).bitPattern == bits)
      #expect(try roundTrip(["x": Double(bitPattern: bits)])["x"]?.bitPattern == bits)
    }
    for bits: UInt32 in [0, 1 << 31, 0x7FC0_1234, 0x7F80_0001, 0xFF80_0000, 1] {
      #expect(try roundTrip(Float(bitPattern: bits)).bitPattern == bits)
    }
    #expect(try decode(Double.self, hex("05")) == 5)
    #expect(try decode(Double.self, hex("24")) == -5)
    #expect(try decode(Double.self, hex("fa 3f c0 00 00")) == 1.5)
    #expect(try decode(Float.self, hex("fb 3f b9 99 99 99 99 99 9a")) == 0.1)
  }

  struct Kinds: Codable, Equatable {
    var bytes: Bytes
    var array: [UInt8]
    var data: Data
    var uuid: UUID
    var date: Date
    var decimal: Decimal
    var url: URL
    var optional: Data?
    var dates: [Date]
  }

  @Test("Foundation's types read back, and bytes are byte strings")
  func foundation() throws {
    let uuid = UUID(uuid: (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15))
    let kinds = Kinds(
      bytes: [1], array: [2], data: Data([3]), uuid: uuid,
      date: Date(timeIntervalSinceReferenceDate: 0.1 + 0.2), decimal: Decimal(string: "12.345")!,
      url: URL(string: "https://example.org/a")!, optional: Data([4, 5]), dates: [.distantPast])
    #expect(try roundTrip(kinds) == kinds)
    let text = try notation(kinds)
    #expect(text.contains(#""bytes": h'01'"#) && text.contains(#""array": h'02'"#))
    #expect(text.contains(#""data": h'03'"#) && text.contains(#""optional": h'0405'"#))
    #expect(
      text.contains(
        "37(h'000102030405060708090a0b0c0d0e0f') / 00010203-0405-0607-0809-0A0B0C0D0E0F /"))
    #expect(try encode(uuid) == hex("d8 25 50 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f"))
    #expect(refusal(UUID.self, hex("d8 25 41 00"))?.contains("1 bytes are no UUID") == true)
    let date = Date(timeIntervalSinceReferenceDate: Double(bitPattern: 0x41C1_2345_6789_ABCD))
    #expect(try roundTrip(date).timeIntervalSinceReferenceDate.bitPattern == 0x41C1_2345_6789_ABCD)
    #expect(try notation(date).contains("/ 2019-"))
  }

  @Test("Bytes can be read where another program wrote an array")
  func arraysAsBytes() throws {
    #expect(try decode([UInt8].self, hex("82 01 18 ff")) == [1, 255])
    #expect(try decode(Data.self, hex("82 01 18 ff")) == Data([1, 255]))
  }

  @Test("Bytes in a record share its buffer")
  func sharing() throws {
    let stored = try encode(["a": Bytes([1, 2, 3])])
    let outer = Bytes([9, 9] + Array(stored) + [9])
    let read = try decode([String: Bytes].self, outer[2..<(outer.count - 1)])
    #expect(read == ["a": [1, 2, 3]])
  }

  @Test("Other coders see Bytes as base64", arguments: 0..<9)
  func base64(count: Int) throws {
    let bytes = Bytes((0..<count).map { UInt8(truncatingIfNeeded: $0 * 83 + 200) })
    let json = try JSONEncoder().encode([bytes])
    #expect(
      String(decoding: json, as: UTF8.self).replacing("\\/", with: "/")
        == "[\"\(Data(bytes).base64EncodedString())\"]")
    #expect(try JSONDecoder().decode([Bytes].self, from: json) == [bytes])
    for wrong in [#"["A"]"#, #"["AA!="]"#, #"["A==="]"#, #"["=AAA"]"#] {
      #expect(throws: DecodingError.self) {
        try JSONDecoder().decode([Bytes].self, from: Data(wrong.utf8))
      }
    }
  }
}
