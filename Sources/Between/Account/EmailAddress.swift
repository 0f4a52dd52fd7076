// SPDX-License-Identifier: Apache-2.0

/// The address of an e-mail, as far as an app can tell that it is one: who gets mail there has it.
///
/// At most 254 bytes; an `@` with something before it and, behind the last one, a host; no white space and no control characters. Two addresses that differ in the case of the letters A to Z alone
/// are the same account's (``normalized``), though by RFC 5321 a host may tell them apart: none does. Other letters are as they are written, and other ways to write the same letters are not
/// made alike: what accounts are found by is stored, and must not change with the platform's version of Unicode.
public struct EmailAddress: Hashable, Sendable {
  /// The address as it was given.
  public let text: String

  /// Takes an address; nil for what is none.
  public init?(_ text: String) {
    guard text.utf8.count <= BetweenLimits.emailBytesMax,
      let at = text.unicodeScalars.lastIndex(of: "@"), at != text.unicodeScalars.startIndex,
      text.unicodeScalars.index(after: at) != text.unicodeScalars.endIndex,
      text.unicodeScalars.allSatisfy({ scalar in
        !scalar.properties.isWhitespace && scalar.properties.generalCategory != .control
      })
    else { return nil }
    self.text = text
  }

  /// What accounts are unique by, byte for byte: the address with `a` to `z` for `A` to `Z`, and nothing else changed.
  public var normalized: String { Self.normalize(text) }

  static func normalize(_ text: String) -> String {
    let folded = text.utf8.map {
      (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0
    }
    return String(decoding: folded, as: UTF8.self)
  }

  /// Whether both are written with the same bytes.
  public static func == (left: EmailAddress, right: EmailAddress) -> Bool {
    left.text.utf8.elementsEqual(right.text.utf8)
  }

  /// Hashes what is compared.
  public func hash(into hasher: inout Hasher) {
    for byte in text.utf8 { hasher.combine(byte) }
  }
}
