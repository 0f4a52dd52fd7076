// SPDX-License-Identifier: Apache-2.0

extension RecordValue: CustomStringConvertible {
  /// The value in CBOR's diagnostic notation (RFC 8949, section 8).
  ///
  /// Bytes are in hexadecimal digits; floats of 16 and 32 bits end in `_1` and `_2`. What dates and UUIDs mean is behind
  /// them, as a comment.
  public var description: String {
    switch self {
    case .integer(let value): String(value)
    case .bytes(let value): "h'\(Self.hexadecimal(value))'"
    case .text(let value): Self.quoted(value)
    case .array(let elements): "[\(elements.map(\.description).joined(separator: ", "))]"
    case .map(let fields):
      "{\(fields.map { "\($0.key): \($0.value)" }.joined(separator: ", "))}"
    case .tag(let number, let value):
      "\(number)(\(value))\(meaning.map { " / \($0) /" } ?? "")"
    case .simple(20): "false"
    case .simple(21): "true"
    case .simple(22): "null"
    case .simple(23): "undefined"
    case .simple(let value): "simple(\(value))"
    case .float16(let bits): "\(Self.number(Double(halfBits: bits)))_1"
    case .float32(let bits): "\(Self.number(Float(bitPattern: bits)))_2"
    case .float64(let bits): Self.number(Double(bitPattern: bits))
    }
  }

  /// What a date or a UUID means.
  private var meaning: String? {
    switch self {
    case .tag(RecordFormat.uuidTag, .bytes(let bytes)):
      FoundationValue.uuidText(Array(bytes)[...])
    case .tag(RecordFormat.dateTag, .float64(let bits)):
      FoundationValue.dateText(secondsSinceReference: Double(bitPattern: bits))
    default: nil
    }
  }

  private static func number<Value: BinaryFloatingPoint & CustomStringConvertible>(
    _ value: Value
  ) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
    return value.description
  }

  private static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    var text = ""
    for byte in bytes {
      if byte < 16 { text += "0" }
      text += String(byte, radix: 16)
    }
    return text
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
      case _ where scalar.value < 0x20 || scalar.value == 0x7F:
        quoted += "\\u00" + hexadecimal([UInt8(scalar.value)])
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
