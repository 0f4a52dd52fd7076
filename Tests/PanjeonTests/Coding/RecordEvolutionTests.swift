// SPDX-License-Identifier: Apache-2.0

import Panjeon
import Testing
import WideColumn

@Suite("Records across versions of a program")
struct RecordEvolutionTests {
  struct First: Codable, Equatable {
    enum CodingKeys: Int, CodingKey { case text = 1, count }
    var text: String
    var count: Int32
  }

  @Test("A field that was added is nil in old records, and stepped over by old programs")
  func added() throws {
    struct Second: Codable, Equatable {
      enum CodingKeys: Int, CodingKey { case text = 1, count, tags }
      var text: String
      var count: Int32
      var tags: [String: [Int]]?
    }
    let first = First(text: "a", count: 1)
    #expect(try decode(Second.self, encode(first)) == Second(text: "a", count: 1))
    #expect(
      try decode(First.self, encode(Second(text: "a", count: 1, tags: ["x": [1]]))) == first)
  }

  @Test("A field that was removed is stepped over; an old program says which it misses")
  func removed() throws {
    struct Second: Codable, Equatable {
      enum CodingKeys: Int, CodingKey { case count = 2 }
      var count: Int32
    }
    #expect(try decode(Second.self, encode(First(text: "a", count: 1))) == Second(count: 1))
    #expect(refusal(First.self, try encode(Second(count: 1))) == "keyNotFound: text")
  }

  @Test("A field may become required, with a default for old records")
  func required() throws {
    struct Second: Codable, Equatable {
      enum CodingKeys: Int, CodingKey { case text = 1, count, limit }
      var text: String
      var limit: Int
      init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        text = try container.decode(String.self, forKey: .text)
        limit = try container.decodeIfPresent(Int.self, forKey: .limit) ?? 10
      }
      func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(text, forKey: .text)
        try container.encode(limit, forKey: .limit)
      }
    }
    #expect(try decode(Second.self, encode(First(text: "a", count: 1))).limit == 10)
  }

  @Test("An integer may become wider, and a number that an old program cannot hold is refused")
  func widened() throws {
    struct Second: Codable, Equatable {
      enum CodingKeys: Int, CodingKey { case text = 1, count }
      var text: String
      var count: Int64
    }
    let wide = Second(text: "a", count: 1 << 40)
    #expect(try decode(Second.self, encode(First(text: "a", count: .min))).count == -1 << 31)
    #expect(refusal(First.self, try encode(wide))?.contains("out of the range of Int32") == true)
  }

  @Test("A field may be renamed, and may be given a number")
  func renamed() throws {
    struct Named: Codable { var text: String; var count: Int }
    struct Renamed: Codable, Equatable {
      enum CodingKeys: Int, CodingKey { case caption = 1, count }
      var caption: String
      var count: Int32
    }
    let first = First(text: "a", count: 3)
    #expect(try decode(Renamed.self, encode(first)) == Renamed(caption: "a", count: 3))
    #expect(try decode(First.self, encode(Named(text: "a", count: 3))) == first)
  }

  enum OldMood: Codable, Equatable { case happy, sad(String) }
  enum NewMood: Codable, Equatable { case happy, sad(String), angry(Int) }
  enum OldColor: String, Codable { case red }
  enum NewColor: String, Codable { case red, blue }

  @Test("A case that an old program does not know is an error that says so")
  func cases() throws {
    #expect(try decode(NewMood.self, encode(OldMood.sad("x"))) == .sad("x"))
    let angry = refusal([OldMood].self, try encode([NewMood.angry(1)]))
    #expect(
      angry == #"dataCorrupted: OldMood has no case "angry" in this program; a later one may have"#)
    #expect(refusal(OldColor.self, try encode(NewColor.blue))?.contains("blue") == true)
    // A mismatch of another kind stays one.
    #expect(refusal(OldMood.self, try encode(["sad": 5]))?.contains("found an integer") == true)
  }
}
