// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
package import WideColumn

/// How bytes are written, and read from the command line.
package enum ByteStyle: Sendable {
  /// As the store's catalog describes them; what it does not describe, as ``escaped``.
  case decoded
  /// Printable ASCII as it is, the rest as `\x00`.
  case escaped
  /// In hexadecimal.
  case hex

  /// Bytes that nothing describes.
  package func text(_ bytes: Bytes) -> String {
    guard self == .hex else { return bytes.description }
    return bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// The bytes that were typed; nil when they are not whole.
  package func parse(_ text: String) -> Bytes? {
    guard self == .hex else { return EscapedBytes.parse(text) }
    let digits = Array(text.utf8)
    guard digits.count.isMultiple(of: 2), text.allSatisfy({ $0.isASCII && $0.isHexDigit }) else {
      return nil
    }
    return Bytes(
      stride(from: 0, to: digits.count, by: 2).compactMap {
        UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
      })
  }
}

/// How a verb writes bytes.
struct ByteOptions: ParsableArguments {
  @Flag(help: "Print keys and values as bytes, not as the store's catalog describes them.")
  var raw = false

  @Flag(help: "Print and read bytes in hexadecimal.")
  var hex = false

  var style: ByteStyle { hex ? .hex : raw ? .escaped : .decoded }

  /// Bytes given on the command line.
  func bytes(_ text: String, _ what: String) throws -> Bytes {
    guard let bytes = style.parse(text) else {
      throw ValidationError(
        hex
          ? "\(what) '\(text)' is not hexadecimal"
          : "\(what) '\(text)' has an escape that is not \\xHH")
    }
    return bytes
  }
}
