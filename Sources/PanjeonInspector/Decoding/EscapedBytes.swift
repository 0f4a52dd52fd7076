// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Bytes as HBase's shell writes them: printable ASCII as it is, all else (and the backslash) as `\x00`.
package enum EscapedBytes {
  /// Undoes the escapes; nil when one is not whole.
  ///
  /// Other characters stand for their UTF-8.
  package static func parse(_ text: String) -> Bytes? {
    var bytes: [UInt8] = []
    var rest = Substring(text)
    while let character = rest.first {
      rest = rest.dropFirst()
      guard character == "\\" else {
        bytes.append(contentsOf: String(character).utf8)
        continue
      }
      if rest.first == "\\" {
        rest = rest.dropFirst()
        bytes.append(UInt8(ascii: "\\"))
        continue
      }
      let digits = rest.dropFirst().prefix(2)
      guard rest.first == "x", digits.count == 2, digits.allSatisfy(\.isHexDigit),
        let byte = UInt8(digits, radix: 16)
      else { return nil }
      bytes.append(byte)
      rest = rest.dropFirst(3)
    }
    return Bytes(bytes)
  }
}
