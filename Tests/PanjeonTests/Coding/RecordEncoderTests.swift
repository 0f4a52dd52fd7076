// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Panjeon
import Testing
import WideColumn

@Suite("RecordEncoder")
struct RecordEncoderTests {
  struct Message: Codable, Equatable {
    enum CodingKeys: Int, CodingKey {
      case id = 1
      case text, sent, isRead
    }
    var id: Bytes
    var text: String
    var sent: Date
    var isRead: Bool?
  }

  @Test("The example of the format's page is what is written")
  func example() throws {
    let message = Message(
      id: [1, 2], text: "hi", sent: Date(timeIntervalSinceReferenceDate: 1), isRead: nil)
    let bytes = hex("a3 01 42 01 02 02 62 68 69 03 da 50 61 6e 6a fb 3f f0 00 00 00 00 00 00")
    #expect(try encode(message) == bytes)
    #expect(try decode(Message.self, bytes) == message)
  }

  @Test("Fields are in the order of their keys' bytes, whatever order they are written in")
  func order() throws {
    struct Mixed: Encodable {
      struct Key: CodingKey {
        var stringValue: String
        var intValue: Int?
        init(_ name: String, _ number: Int?) { (stringValue, intValue) = (name, number) }
        init?(intValue: Int) { nil }
        init?(stringValue: String) { nil }
      }
      func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        let keys = [
          ("long", nil), ("b", nil), ("a", nil), ("minus", -1), ("large", 500), ("small", 7),
        ]
        for (name, number) in keys { try container.encode(0, forKey: Key(name, number)) }
      }
    }
    #expect(
      try notation(Mixed()) == #"{7: 0, 500: 0, -1: 0, "a": 0, "b": 0, "long": 0}"#)
  }

  @Test("A field that is written twice has the later value")
  func twice() throws {
    struct Twice: Encodable {
      enum CodingKeys: Int, CodingKey { case one = 1, two }
      func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(1, forKey: .one)
        try container.encode(2, forKey: .two)
        try container.encode([3], forKey: .one)
      }
    }
    #expect(try notation(Twice()) == "{1: [3], 2: 2}")
  }

  enum Shape: Codable, Equatable {
    case empty
    case circle(radius: Double)
    case named(String, sides: [Int])
  }

  @Test(
    "Enums with associated values read back",
    arguments: [Shape.empty, .circle(radius: 1.5), .named("x", sides: [1, 2])])
  func enums(shape: Shape) throws {
    #expect(try roundTrip(shape) == shape)
    #expect(try roundTrip([shape, .empty]) == [shape, .empty])
  }

  @Test("Dictionaries of strings keep keys that look like numbers apart")
  func dictionaries() throws {
    let strings = [
      "1": 1, "01": 2, "+1": 3, "-0": 4, "": 5, "x": 6, "-5": 7, "99999999999999999999": 8,
    ]
    #expect(try roundTrip(strings) == strings)
    #expect(try notation(["1": 1, "01": 2]) == #"{1: 1, "01": 2}"#)
    let integers = [1: "a", -7: "b", Int.max: "c", Int.min: "d"]
    #expect(try roundTrip(integers) == integers)
    let nested = ["a": ["b": [1: [true]]], "c": [:]]
    #expect(try roundTrip(nested) == nested)
  }

  @Test("Sets and dictionaries with other keys are stored in one order, whatever theirs is")
  func unordered() throws {
    let keys = (0..<40).map {
      UUID(uuid: (UInt8($0 * 7 % 256), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1))
    }
    var forward: [UUID: Int] = [:]
    var backward = Dictionary<UUID, Int>(minimumCapacity: 500)
    for (index, key) in keys.enumerated() { forward[key] = index }
    for (index, key) in keys.enumerated().reversed() { backward[key] = index }
    #expect(try encode(forward) == encode(backward))
    #expect(try roundTrip(forward) == forward)
    let set = Set((0..<100).map { "\($0)" })
    var roomy = Set<String>(minimumCapacity: 1000)
    for element in set { roomy.insert(element) }
    #expect(try encode(set) == encode(roomy))
    #expect(try notation(Set([3, 100, 1, 20000])) == "[1, 3, 100, 20000]")
    #expect(try roundTrip(set) == set)
  }

  class Animal: Codable {
    enum CodingKeys: Int, CodingKey { case legs = 1 }
    var legs = 4
    init() {}
  }

  final class Dog: Animal {
    enum Keys: Int, CodingKey { case name = 2, parts, parent }
    var name = "Rex"
    override init() { super.init() }
    required init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Keys.self)
      name = try container.decode(String.self, forKey: .name)
      try super.init(from: container.superDecoder())
    }
    override func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Keys.self)
      let parent = container.superEncoder()
      try container.encode(name, forKey: .name)
      try super.encode(to: parent)
    }
  }

  @Test("A superclass has its fields in a map of its own")
  func superclass() throws {
    let dog = Dog()
    (dog.legs, dog.name) = (3, "Bo")
    #expect(try notation(dog) == #"{2: "Bo", "super": {1: 3}}"#)
    let read = try roundTrip(dog)
    #expect((read.legs, read.name) == (3, "Bo"))
  }

  struct Interleaved: Codable, Equatable {
    enum CodingKeys: Int, CodingKey { case list = 1, map, last }
    enum Inner: String, CodingKey { case x, y }
    var numbers: [Int]
    init(_ numbers: [Int]) { self.numbers = numbers }
    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      var list = container.nestedUnkeyedContainer(forKey: .list)
      var map = container.nestedContainer(keyedBy: Inner.self, forKey: .map)
      try map.encode(numbers.count, forKey: .y)
      for number in numbers {
        try list.encode(number)
        var inner = list.nestedUnkeyedContainer()
        try list.encodeNil()
        try inner.encode("\(number)")
      }
      try container.encode(true, forKey: .last)
      try map.encode(0, forKey: .x)
      #expect(list.count == 3 * numbers.count)
    }
    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      var list = try container.nestedUnkeyedContainer(forKey: .list)
      let map = try container.nestedContainer(keyedBy: Inner.self, forKey: .map)
      numbers = []
      while !list.isAtEnd {
        numbers.append(try list.decode(Int.self))
        var inner = try list.nestedUnkeyedContainer()
        #expect(try list.decodeNil())
        #expect(try inner.decode(String.self) == "\(numbers.last!)")
        #expect(throws: DecodingError.self) { try inner.decode(String.self) }
      }
      #expect(try map.decode(Int.self, forKey: .y) == numbers.count)
      #expect(try container.decode(Bool.self, forKey: .last))
    }
  }

  @Test("Containers may be written in turns", arguments: [[], [7], Array(1...30)])
  func interleaved(numbers: [Int]) throws {
    let value = Interleaved(numbers)
    #expect(try roundTrip(value) == value)
    #expect(try roundTrip([value, value]) == [value, value])
    if numbers == [7] {
      #expect(try notation(value) == #"{1: [7, ["7"], null], 2: {"x": 0, "y": 1}, 3: true}"#)
    }
  }

  @Test("A value that catches an error of one of its fields goes on without it")
  func caughtErrors() throws {
    struct Refusing: Encodable {
      func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode("before")
        throw EncodingError.invalidValue(
          0, .init(codingPath: encoder.codingPath, debugDescription: "no"))
      }
    }
    struct Tolerant: Encodable {
      enum CodingKeys: Int, CodingKey { case one = 1, two, three }
      func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(1, forKey: .one)
        try? container.encode([Refusing()], forKey: .two)
        try container.encode(3, forKey: .three)
      }
    }
    #expect(try notation(Tolerant()) == "{1: 1, 3: 3}")
  }

  @Test("Misused containers are errors")
  func misuse() throws {
    struct TwoKinds: Encodable {
      func encode(to encoder: any Encoder) throws {
        _ = encoder.unkeyedContainer()
        _ = encoder.container(keyedBy: Message.CodingKeys.self)
      }
    }
    struct TwoValues: Encodable {
      func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(1)
        try container.encode(2)
      }
    }
    #expect(throws: EncodingError.self) { try encode(TwoKinds()) }
    #expect(throws: EncodingError.self) { try encode([TwoValues()]) }
  }

  indirect enum Chain: Codable { case end, link(Chain) }

  @Test("What is nested too deeply to be read is not written")
  func nesting() throws {
    func nested(_ depth: Int) -> Chain { depth == 0 ? .end : .link(nested(depth - 1)) }
    // A link is two maps, the end one more and its values.
    #expect(throws: Never.self) { _ = try roundTrip(nested(31)) }
    #expect(throws: EncodingError.self) { try encode(nested(32)) }
    #expect(throws: EncodingError.self) { try encode(nested(1000)) }
  }

  @Test("Values of one item are records, too")
  func singles() throws {
    #expect(try encode(5) == hex("05"))
    #expect(try encode("a") == hex("61 61"))
    #expect(try encode([1, 2, 3]) == hex("83 01 02 03"))
    #expect(try encode(Int?.none) == hex("f6"))
    #expect(try encode([Int?.none, 1]) == hex("82 f6 01"))
    #expect(try encode(Bytes([1])) == hex("41 01"))
    struct Nothing: Codable, Equatable {}
    #expect(try encode(Nothing()) == hex("a0"))
    #expect(try roundTrip([Nothing()]) == [Nothing()])
  }
}
