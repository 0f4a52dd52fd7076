// SPDX-License-Identifier: Apache-2.0

/// The address of an e-mail, as far as an app can tell that it is one: who gets mail there has it.
///
/// At most 254 bytes; an `@` with something before it and, behind the last one, a host without another; no white space and no control characters. Two addresses that differ in upper and
/// lower case alone are the same account's (``normalized``), though by RFC 5321 a host may tell them apart: none does. Other ways to write the same letters are not made
/// alike.
public struct EmailAddress: Hashable, Sendable {
  /// The address as it was given.
  public let text: String

  /// Takes an address; nil for what is none.
  public init?(_ text: String) {
    guard text.utf8.count <= BetweenLimits.emailBytesMax,
      let at = text.unicodeScalars.lastIndex(of: "@"), at != text.unicodeScalars.startIndex,
      text.unicodeScalars.index(after: at) != text.unicodeScalars.endIndex,
      text.unicodeScalars.allSatisfy({ scalar in
        !scalar.properties.isWhitespace && scalar.value >= 0x20 && scalar.value != 0x7F
          && scalar.properties.generalCategory != .control
      })
    else { return nil }
    self.text = text
  }

  /// What accounts are unique by: the address in lower case.
  public var normalized: String { Self.normalize(text) }

  static func normalize(_ text: String) -> String { text.lowercased() }
}
