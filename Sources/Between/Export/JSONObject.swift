// SPDX-License-Identifier: Apache-2.0

/// A flat JSON object of strings: as much of RFC 8259 as an export needs, byte for byte the same on every platform.
///
/// Written without white space, members in the order they are given. Read with any, in any order; what is no string is refused.
enum JSONObject {
  /// Writes members as one line, without the line's end.
  static func text(_ members: [(name: String, value: String)]) -> String {
    "{" + members.map { quoted($0.name) + ":" + quoted($0.value) }.joined(separator: ",") + "}"
  }

  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\r": quoted += "\\r"
      case "\t": quoted += "\\t"
      case "\u{0}"..."\u{1F}", "\u{7F}", "\u{2028}", "\u{2029}":
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }

  /// Reads the members of an object that is all of some text; nil for anything else, also when a name is there twice.
  static func members(of text: String) -> [String: String]? {
    var reader = Reader(Array(text.utf8))
    return reader.readObject()
  }

  private struct Reader {
    private let bytes: [UInt8]
    private var offset = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func readObject() -> [String: String]? {
      var members: [String: String] = [:]
      guard take("{") else { return nil }
      if take("}") { return isAtEnd ? members : nil }
      repeat {
        guard let name = readString(), take(":"), let value = readString(), members[name] == nil
        else { return nil }
        members[name] = value
      } while take(",")
      return take("}") && isAtEnd ? members : nil
    }

    private var isAtEnd: Bool {
      mutating get {
        skipSpace()
        return offset == bytes.count
      }
    }

    private mutating func skipSpace() {
      while offset < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[offset]) { offset += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
      skipSpace()
      guard offset < bytes.count, bytes[offset] == UInt8(ascii: character) else { return false }
      offset += 1
      return true
    }

    private mutating func readString() -> String? {
      guard take("\"") else { return nil }
      var text: [UInt8] = []
      while offset < bytes.count {
        let byte = bytes[offset]
        offset += 1
        switch byte {
        case UInt8(ascii: "\""): return String(validating: text, as: UTF8.self)
        case UInt8(ascii: "\\"): guard readEscape(to: &text) else { return nil }
        case 0..<0x20: return nil
        default: text.append(byte)
        }
      }
      return nil
    }

    private mutating func readEscape(to text: inout [UInt8]) -> Bool {
      guard offset < bytes.count else { return false }
      let byte = bytes[offset]
      offset += 1
      switch Unicode.Scalar(byte) {
      case "\"", "\\", "/": text.append(byte)
      case "b": text.append(0x08)
      case "f": text.append(0x0C)
      case "n": text.append(0x0A)
      case "r": text.append(0x0D)
      case "t": text.append(0x09)
      case "u":
        guard let scalar = readScalar() else { return false }
        text += Array(String(scalar).utf8)
      default: return false
      }
      return true
    }

    /// Reads the digits behind `\u`, and those of the other half of a pair.
    private mutating func readScalar() -> Unicode.Scalar? {
      guard let high = readUnit() else { return nil }
      if !(0xD800...0xDBFF).contains(high) { return Unicode.Scalar(high) }
      guard offset + 1 < bytes.count, bytes[offset] == UInt8(ascii: "\\"),
        bytes[offset + 1] == UInt8(ascii: "u")
      else { return nil }
      offset += 2
      guard let low = readUnit(), (0xDC00...0xDFFF).contains(low) else { return nil }
      return Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
    }

    private mutating func readUnit() -> UInt32? {
      guard bytes.count - offset >= 4 else { return nil }
      let digits = bytes[offset..<offset + 4]
      guard digits.allSatisfy({ Unicode.Scalar($0).properties.isASCIIHexDigit }) else { return nil }
      offset += 4
      return UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    }
  }
}
