// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Panjeon
import PanjeonTesting
import Testing

@Suite("KeyComponent")
struct KeyComponentTests {
  @Test("Integers are as long as they need to be, and in order", arguments: [3, 4] as [UInt64])
  func integers(seed: UInt64) {
    #expect(Array(KeyComponent.integer(0).encoded) == [0x14])
    #expect(Array(KeyComponent.integer(1).encoded) == [0x15, 1])
    #expect(Array(KeyComponent.integer(-1).encoded) == [0x13, 0xFE])
    #expect(Array(KeyComponent.integer(256).encoded) == [0x16, 1, 0])
    #expect(Array(KeyComponent.integer(-256).encoded) == [0x12, 0xFE, 0xFF])
    var generator = SplitMix64(seed: seed)
    var numbers: [Int64] = [.min, .min + 1, .max, 0, 255, 256, -255, -256, -257, 65_535, -65_536]
    for _ in 0..<500 {
      numbers.append(
        Int64.random(in: .min ... .max, using: &generator)
          >> Int64.random(in: 0...60, using: &generator))
    }
    numbers.sort()
    for (left, right) in zip(numbers, numbers.dropFirst()) where left != right {
      #expect(left.keyComponent < right.keyComponent, "seed \(seed)")
    }
    for number in numbers { #expect(Int64(keyComponent: roundTrip(number.keyComponent)) == number) }
    for number in [UInt64.max, UInt64(Int64.max) + 1, 5] {
      #expect(UInt64(keyComponent: roundTrip(number.keyComponent)) == number)
    }
    #expect(UInt64.max.keyComponent > Int64.max.keyComponent)
    #expect(UInt8(keyComponent: 256.keyComponent) == nil)
    #expect(Int(keyComponent: "a".keyComponent) == nil)
  }

  @Test("Texts sort by their UTF-8, in every script, zero bytes included")
  func texts() {
    let texts = [
      "", "\u{0}", "\u{0}a", "\u{1}", "a", "a\u{0}", "a\u{0}\u{FF}", "a b", "ab", "é", "e\u{301}",
      "안녕", "안녕하세요", "中文", "العربية", "हिन्दी", "😀", "😀👍🏽", "\u{FFFF}",
    ]
    for left in texts {
      #expect(roundTrip(.text(left)) == .text(left))
      for right in texts {
        let isBefore = Bytes(utf8: left) < Bytes(utf8: right)
        #expect((left.keyComponent < right.keyComponent) == isBefore, "\(left) \(right)")
      }
    }
    // Alike to look at, but not the same key.
    #expect("é".keyComponent != "e\u{301}".keyComponent)
  }

  @Test("Doubles, moments, UUIDs and truth values keep their order and come back")
  func others() {
    let doubles = [
      -Double.infinity, -1.5, -Double.leastNonzeroMagnitude, -0.0, 0, 1e-300, 2, .infinity,
    ]
    for (left, right) in zip(doubles, doubles.dropFirst()) {
      #expect(left.keyComponent < right.keyComponent)
    }
    for double in doubles {
      #expect(Double(keyComponent: roundTrip(double.keyComponent))?.bitPattern == double.bitPattern)
    }
    let moments = [Int64.min, -1, 0, 1, 1_700_000_000_000_000, .max].map(
      Timestamp.init(microseconds:))
    for (left, right) in zip(moments, moments.dropFirst()) {
      #expect(left.keyComponent < right.keyComponent)
    }
    let date = Date(timeIntervalSince1970: 1_700_000_000.25)
    #expect(Date(keyComponent: roundTrip(date.keyComponent)) == date)
    #expect(
      Date(timeIntervalSince1970: -0.5).keyComponent < Date(timeIntervalSince1970: 0).keyComponent)
    #expect(Date.distantPast.keyComponent < Date.distantFuture.keyComponent)
    #expect(Date(timeIntervalSince1970: .infinity).keyComponent == .moment(microseconds: .max))
    let uuid = UUID(uuidString: "00112233-4455-6677-8899-AABBCCDDEEFF") ?? UUID()
    #expect(Array(uuid.keyComponent.encoded.dropFirst().prefix(3)) == [0x00, 0x11, 0x22])
    #expect(UUID(keyComponent: roundTrip(uuid.keyComponent)) == uuid)
    #expect(RandomID("\(RandomID(uuid))") == RandomID(uuid))
    #expect(RandomID(uuid).description == uuid.uuidString.lowercased())
    #expect(false.keyComponent < true.keyComponent)
    let pair = KeyPair("a", 5)
    #expect(KeyPair<String, Int>(keyComponent: roundTrip(pair.keyComponent)) == pair)
  }

  @Test(
    "What has a component's bytes and goes on with anything but FF has that component",
    arguments: [11, 12, 13] as [UInt64])
  func prefixes(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let components = (0..<300).map { _ in random(&generator, depth: 0) }
    for component in components {
      #expect(KeyComponent(decoding: component.encoded) == component, "seed \(seed)")
    }
    let sorted = components.sorted()
    for (left, right) in zip(sorted, sorted.dropFirst()) where left != right {
      let goesOn = right.encoded.starts(with: left.encoded)
      #expect(
        !goesOn || right.encoded[left.encoded.count] == 0xFF, "seed \(seed): \(left) \(right)")
    }
  }

  @Test("Tuples sort component by component, a shorter one first")
  func tuples() {
    let tuples: [[KeyComponent]] = [
      [], [.bytes("a")], [.bytes("a"), .integer(1)], [.bytes("a\u{0}")], [.text("")], [.tuple([])],
      [.tuple([]), .integer(-1)], [.integer(-1)], [.integer(0), .integer(9)], [.integer(1)],
    ]
    for (left, right) in zip(tuples, tuples.dropFirst()) {
      #expect(KeyComponent.tuple(left) < .tuple(right), "\(left) \(right)")
    }
  }

  @Test(
    "Bytes that were never written are refused: too long, too deep, cut short, or anything at all",
    arguments: [21, 22] as [UInt64])
  func hostile(seed: UInt64) {
    for bytes in [
      [], [0x16, 0, 1], [0x12, 0xFF, 0x00], [0x15], [0x02, 0x61], [0x02, 0xFF, 0x00], [0x30, 1],
      [0x05], [0x0C, 0, 0, 0, 0, 0, 0, 0, 0], [0x00], [0xFF], [0x14, 0x14],
    ] as [[UInt8]] {
      #expect(KeyComponent(decoding: Bytes(bytes)) == nil, "\(bytes)")
    }
    let deep = [UInt8](repeating: 0x05, count: 17) + [UInt8](repeating: 0, count: 17)
    #expect(KeyComponent(decoding: Bytes(deep)) == nil)
    #expect(KeyComponent(decoding: Bytes(deep[1..<33])) != nil)
    var generator = SplitMix64(seed: seed)
    for _ in 0..<5000 {
      let bytes = Bytes(
        (0..<Int.random(in: 0...24, using: &generator)).map { _ in
          [0, 1, 2, 5, 0x14, 0x15, 0x30, 0xFF, UInt8.random(in: 0...255, using: &generator)]
            .randomElement(using: &generator) ?? 0
        })
      if let component = KeyComponent(decoding: bytes) { #expect(component.encoded == bytes) }
      if let parts = KeyPathParts(bytes) { #expect(parts.steps.count >= 1) }
    }
  }

  private func roundTrip(_ component: KeyComponent) -> KeyComponent {
    KeyComponent(decoding: component.encoded) ?? .text("not decoded")
  }

  private func random(_ generator: inout SplitMix64, depth: Int) -> KeyComponent {
    switch Int.random(in: 0..<(depth < 3 ? 8 : 7), using: &generator) {
    case 0: .integer(Int64.random(in: -300...300, using: &generator))
    case 1: .text(String("ab\u{0}é".prefix(Int.random(in: 0...4, using: &generator))))
    case 2:
      .bytes(
        Bytes(
          (0..<Int.random(in: 0...3, using: &generator)).map { _ in
            [0, 1, 255].randomElement(using: &generator) ?? 0
          }))
    case 3: .boolean(Bool.random(using: &generator))
    case 4: .moment(microseconds: Int64.random(in: -5...5, using: &generator))
    case 5: .uuid(RandomID(using: &generator))
    case 6: .double(Double.random(in: -2...2, using: &generator))
    default:
      .tuple(
        (0..<Int.random(in: 0...3, using: &generator)).map { _ in
          random(&generator, depth: depth + 1)
        })
    }
  }
}

@Suite("RandomID")
struct RandomIDTests {
  @Test("Split points cut random ids into regions of the same size")
  func splitPoints() {
    #expect(RandomID.splitPoints(regions: 1).isEmpty)
    var generator = SplitMix64(seed: 5)
    for regions in [2, 3, 16, 100] {
      let points = RandomID.splitPoints(regions: regions)
      #expect(points.count == regions - 1)
      #expect(points == points.sorted())
      var counts = [Int](repeating: 0, count: regions)
      for _ in 0..<regions * 500 {
        let row = RandomID(using: &generator).keyComponent.encoded
        counts[points.count { $0 <= row }] += 1
      }
      #expect((counts.min() ?? 0) > 350)
    }
  }
}
