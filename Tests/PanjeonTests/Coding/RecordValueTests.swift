// SPDX-License-Identifier: Apache-2.0

import Panjeon
import Testing
import WideColumn

@Suite("RecordValue")
struct RecordValueTests {
  private static let appendixA = [
    ("00", "0"), ("01", "1"), ("0a", "10"), ("17", "23"), ("18 18", "24"), ("18 19", "25"),
    ("18 64", "100"), ("19 03 e8", "1000"), ("1a 00 0f 42 40", "1000000"),
    ("1b 00 00 00 e8 d4 a5 10 00", "1000000000000"),
    ("1b ff ff ff ff ff ff ff ff", "18446744073709551615"),
    ("c2 49 01 00 00 00 00 00 00 00 00", "2(h'010000000000000000')"),
    ("3b ff ff ff ff ff ff ff ff", "-18446744073709551616"),
    ("c3 49 01 00 00 00 00 00 00 00 00", "3(h'010000000000000000')"),
    ("20", "-1"), ("29", "-10"), ("38 63", "-100"), ("39 03 e7", "-1000"),
    ("f9 00 00", "0.0_1"), ("f9 80 00", "-0.0_1"), ("f9 3c 00", "1.0_1"),
    ("fb 3f f1 99 99 99 99 99 9a", "1.1"), ("f9 3e 00", "1.5_1"), ("f9 7b ff", "65504.0_1"),
    ("fa 47 c3 50 00", "100000.0_2"), ("fa 7f 7f ff ff", "3.4028235e+38_2"),
    ("fb 7e 37 e4 3c 88 00 75 9c", "1e+300"), ("f9 00 01", "5.960464477539063e-08_1"),
    ("f9 04 00", "6.103515625e-05_1"), ("f9 c4 00", "-4.0_1"),
    ("fb c0 10 66 66 66 66 66 66", "-4.1"), ("f9 7c 00", "Infinity_1"), ("f9 7e 00", "NaN_1"),
    ("f9 fc 00", "-Infinity_1"), ("fa 7f 80 00 00", "Infinity_2"), ("fa 7f c0 00 00", "NaN_2"),
    ("fb 7f f0 00 00 00 00 00 00", "Infinity"), ("fb 7f f8 00 00 00 00 00 00", "NaN"),
    ("fb ff f0 00 00 00 00 00 00", "-Infinity"),
    ("f4", "false"), ("f5", "true"), ("f6", "null"), ("f7", "undefined"), ("f0", "simple(16)"),
    ("f8 ff", "simple(255)"),
    (
      "c0 74 32 30 31 33 2d 30 33 2d 32 31 54 32 30 3a 30 34 3a 30 30 5a",
      #"0("2013-03-21T20:04:00Z")"#
    ),
    ("c1 1a 51 4b 67 b0", "1(1363896240)"), ("c1 fb 41 d4 52 d9 ec 20 00 00", "1(1363896240.5)"),
    ("d7 44 01 02 03 04", "23(h'01020304')"), ("d8 18 45 64 49 45 54 46", "24(h'6449455446')"),
    ("40", "h''"), ("44 01 02 03 04", "h'01020304'"), ("60", #""""#), ("61 61", #""a""#),
    ("64 49 45 54 46", #""IETF""#), ("62 22 5c", #""\"\\""#), ("62 c3 bc", "\"\u{FC}\""),
    ("63 e6 b0 b4", "\"\u{6C34}\""), ("64 f0 90 85 91", "\"\u{10151}\""),
    ("80", "[]"), ("83 01 02 03", "[1, 2, 3]"),
    ("83 01 82 02 03 82 04 05", "[1, [2, 3], [4, 5]]"),
    (
      "98 19 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 10 11 12 13 14 15 16 17 18 18 18 19",
      "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25]"
    ),
    ("a0", "{}"), ("a2 01 02 03 04", "{1: 2, 3: 4}"),
    ("a2 61 61 01 61 62 82 02 03", #"{"a": 1, "b": [2, 3]}"#),
    ("82 61 61 a1 61 62 61 63", #"["a", {"b": "c"}]"#),
    (
      "a5 61 61 61 41 61 62 61 42 61 63 61 43 61 64 61 44 61 65 61 45",
      #"{"a": "A", "b": "B", "c": "C", "d": "D", "e": "E"}"#
    ),
  ]

  @Test(
    "The examples of RFC 8949, appendix A, are shown as there, and written again as they were",
    arguments: appendixA)
  func examples(text: String, notation: String) throws {
    let value = try RecordValue(decoding: hex(text))
    #expect(value.description == notation)
    #expect(try value.encode() == hex(text))
    #expect(try RecordValue(decoding: value.encode()) == value)
  }

  @Test("What is not in our form is brought into it")
  func otherForms() throws {
    #expect(
      try RecordValue(decoding: hex("b8 02 18 05 01 00 02")).encode() == hex("a2 00 02 05 01"))
  }

  @Test("Values that are no record cannot be written")
  func impossible() {
    let field = RecordValue.Field(key: .integer(1), value: .integer(1))
    for value: RecordValue in [
      .simple(24), .simple(31), .map([field, field]),
      (0..<70).reduce(.integer(0)) { value, _ in .array([value]) },
    ] {
      #expect(throws: EncodingError.self) { try value.encode() }
    }
  }

  @Test("Control characters are shown escaped")
  func escapes() {
    #expect(RecordValue.text("a\n\r\t\u{1}\u{7F}").description == #""a\n\r\t\u0001\u007f""#)
  }
}
