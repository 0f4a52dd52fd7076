// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Panjeon
import PanjeonTesting
import Testing
import WideColumn

/// `PANJEON_SEED` is the first one's seed, `PANJEON_EFFORT` how many times as many there are.
@Suite("Random records")
struct RecordPropertyTests {
  private static func seeds(_ count: Int) -> [UInt64] {
    (0..<count * TestSeed.effort).map { TestSeed.value &+ UInt64($0) }
  }

  /// How to replay a run, the first one of those of a seed.
  private static func replay(_ seed: UInt64) -> String { "replay with PANJEON_SEED=\(seed)" }

  @Test(
    "Programs that know different fields change a record in turns, and none loses another's",
    arguments: seeds(300))
  func programs(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let world = RecordProgram.World(&random)
    let all = RecordProgram(world, knowingAll: true, &random)
    let programs = (0..<3).map { _ in RecordProgram(world, &random) }
    var model = AnyRecord.random(0, all, &random)
    var stored = try RecordProgram.$current.withValue(all) { try RecordEncoder().encode(model) }
    for turn in 0..<6 {
      let program = programs[turn % 3]
      let seen = try RecordProgram.$current.withValue(program) {
        try RecordDecoder().decode(AnyRecord.self, from: stored)
      }
      #expect(seen == model.seen(by: program), "\(Self.replay(seed)), turn \(turn)")
      model.change(0, program, &random)
      stored = try RecordProgram.$current.withValue(program) {
        try RecordEncoder().encode(model.seen(by: program), keepingUnknownFieldsOf: stored)
      }
      let expected = try RecordProgram.$current.withValue(all) {
        try RecordEncoder().encode(model)
      }
      try #require(stored == expected, "\(Self.replay(seed)), turn \(turn)")
    }
  }

  struct Everything: Codable, Equatable {
    enum CodingKeys: Int, CodingKey {
      case a = 1, b, c, d, e, f, g, h, i, j, k = 500, l = -1
    }
    enum Case: Codable, Equatable { case none, one(Int), many([Everything], name: String) }
    var a: Int64
    var b: String
    var c: Bytes
    var d: Double?
    var e: [Everything]
    var f: [String: Everything]
    var g: Case
    var h: Date?
    var i: UUID
    var j: Set<Int>
    var k: [Case]
    var l: Bool?

    init(_ random: inout SplitMix64, depth: Int) {
      func number(_ random: inout SplitMix64) -> Int64 {
        Int64(bitPattern: random.next()) >> Int64.random(in: 0..<64, using: &random)
      }
      func list(_ random: inout SplitMix64) -> [Everything] {
        (0..<(depth == 0 ? 0 : Int.random(in: 0...2, using: &random))).map { _ in
          Everything(&random, depth: depth - 1)
        }
      }
      let letters = ["a", "ü", "水", "𐅑", "\0", "e\u{301}", "👨‍👩‍👧"]
      a = number(&random)
      b = (0..<Int.random(in: 0...30, using: &random)).map { _ in
        letters.randomElement(using: &random)!
      }.joined()
      c = Bytes(
        (0..<Int.random(in: 0...30, using: &random)).map { _ in
          UInt8.random(in: 0...255, using: &random)
        })
      d = Bool.random(using: &random) ? nil : Double(number(&random)) / 3
      e = list(&random)
      f = Dictionary(list(&random).map { ("\(number(&random))", $0) }) { $1 }
      g =
        Bool.random(using: &random)
        ? .many(list(&random), name: b) : Bool.random(using: &random) ? .none : .one(5)
      h =
        Bool.random(using: &random)
        ? nil : Date(timeIntervalSinceReferenceDate: Double(number(&random)) / 7)
      i = UUID(
        uuid: (
          0, 1, 2, UInt8.random(in: 0...255, using: &random), 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
          15
        ))
      j = Set((0..<Int.random(in: 0...40, using: &random)).map { _ in Int(number(&random)) })
      k = [.one(1), g]
      l = Bool.random(using: &random) ? nil : true
    }
  }

  @Test(
    "Nested values read back, in a form that is the same without their type",
    arguments: seeds(200))
  func roundTrips(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let value = Everything(&random, depth: 3)
    let bytes = try encode(value)
    let read = try decode(Everything.self, bytes)
    #expect(read == value, "\(Self.replay(seed))")
    #expect(try encode(read) == bytes, "\(Self.replay(seed))")
    #expect(try RecordValue(decoding: bytes).encode() == bytes, "\(Self.replay(seed))")
    #expect(
      try RecordEncoder().encode(value, keepingUnknownFieldsOf: bytes) == bytes,
      "\(Self.replay(seed))")
  }

  /// Looks at bytes from anywhere in every way.
  private func poke(_ bytes: Bytes, beside value: Everything) {
    _ = try? decode(Everything.self, bytes)
    _ = try? decode(UnknownFieldsTests.Photo.self, bytes)
    _ = try? decode([String: [Int]].self, bytes)
    let kept = try? RecordEncoder().encode(value, keepingUnknownFieldsOf: bytes)
    let record = try? RecordValue(decoding: bytes)
    #expect((record == nil) == (kept == nil))
    guard let record, let kept else { return }
    #expect(throws: Never.self) { try RecordValue(decoding: kept) }
    _ = record.description
    // A record that was checked can be written in our form, and does not change any more.
    if let once = try? record.encode() {
      #expect((try? RecordValue(decoding: once).encode()) == once)
    }
  }

  @Test("No prefix and no mutation of a record traps", arguments: seeds(8))
  func hostile(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let value = Everything(&random, depth: 1)
    let bytes = Array(try encode(value))
    for count in 0..<bytes.count {
      #expect(throws: DecodingError.self, "\(Self.replay(seed)), prefix \(count)") {
        try decode(Everything.self, Bytes(Array(bytes.prefix(count))))
      }
    }
    for _ in 0..<400 {
      var mutated = bytes
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let place = Int.random(in: 0..<mutated.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: mutated[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1: mutated[place] = UInt8.random(in: 0...255, using: &random)
        case 2: mutated.insert(UInt8.random(in: 0...255, using: &random), at: place)
        default: mutated.remove(at: place)
        }
      }
      poke(Bytes(mutated), beside: value)
    }
  }
}
