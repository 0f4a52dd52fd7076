// SPDX-License-Identifier: Apache-2.0

/// 256 bits as four words, the most significant one first; written as 64 lower-case hexadecimal digits.
struct Words256: Hashable, Sendable {
  static let byteCount = 32
  static let digitCount = 64

  let first: UInt64
  let second: UInt64
  let third: UInt64
  let fourth: UInt64

  init(_ first: UInt64, _ second: UInt64, _ third: UInt64, _ fourth: UInt64) {
    self.first = first
    self.second = second
    self.third = third
    self.fourth = fourth
  }

  /// Nil unless there are exactly 32 bytes.
  init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    func word(_ number: Int) -> UInt64 {
      bytes[(number * 8)..<(number * 8 + 8)].reduce(0) { $0 << 8 | UInt64($1) }
    }
    self.init(word(0), word(1), word(2), word(3))
  }

  /// Nil unless there are exactly 64 digits, lower-case.
  init?(_ text: some StringProtocol) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.byteCount)
    var upper: UInt8?
    for character in text.utf8 {
      guard bytes.count < Self.byteCount, let digit = Self.value(character) else { return nil }
      if let half = upper {
        bytes.append(half << 4 | digit)
        upper = nil
      } else {
        upper = digit
      }
    }
    guard upper == nil else { return nil }
    self.init(bytes)
  }

  var bytes: [UInt8] {
    [first, second, third, fourth].flatMap { word in
      (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * $0)) }
    }
  }

  var text: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  private static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}

extension Words256: Comparable {
  /// The order of the texts, too.
  static func < (left: Words256, right: Words256) -> Bool {
    (left.first, left.second, left.third, left.fourth)
      < (right.first, right.second, right.third, right.fourth)
  }
}

extension Words256 {
  /// Reads the text; anything else is an error that names `what`.
  static func decode(_ what: String, from decoder: any Decoder) throws -> Words256 {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let words = Words256(text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "\(what) is not 64 lower-case hexadecimal digits")
    }
    return words
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}
