// SPDX-License-Identifier: Apache-2.0

/// Bytes as base64 (RFC 4648, section 4), for text formats such as JSON.
///
/// Coders of binary formats know the type and store the bytes as they are.
extension Bytes: Codable {
  private static let digits = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// Reads a string of base64.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let bytes = Self.bytes(base64: try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "no base64")
    }
    self.init(bytes)
  }

  /// Writes a string of base64.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(base64)
  }

  private var base64: String {
    var text: [UInt8] = []
    text.reserveCapacity((count + 2) / 3 * 4)
    for start in stride(from: 0, to: count, by: 3) {
      let present = Swift.min(3, count - start)
      var bits = 0
      for index in 0..<3 { bits = bits << 8 | (index < present ? Int(self[start + index]) : 0) }
      for index in 0..<4 {
        text.append(
          index <= present ? Self.digits[bits >> (18 - 6 * index) & 63] : UInt8(ascii: "="))
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  private static func bytes(base64 text: String) -> [UInt8]? {
    let text = Array(text.utf8)
    guard text.count % 4 == 0 else { return nil }
    let padding = text.suffix(2).reversed().prefix { $0 == UInt8(ascii: "=") }.count
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count / 4 * 3)
    var bits = 0
    for (index, character) in text.dropLast(padding).enumerated() {
      guard let digit = digits.firstIndex(of: character) else { return nil }
      bits = (bits << 6 | digit) & 0xFFFF
      // After 12, 18 and 24 bits there is one more byte, behind which 4, 2 and no bits are left over.
      let place = index % 4
      if place > 0 { bytes.append(UInt8(truncatingIfNeeded: bits >> (6 - 2 * place))) }
    }
    return bytes
  }
}
