// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// A part of a key: what the id of an object, or an indexed value, is made of.
///
/// Equal and ordered as its encoded form is (the page *Formats/KeyFormat*): texts by their UTF-8, not by what they look like.
public enum KeyComponent: Sendable {
  /// Bytes, in the order of `memcmp`.
  case bytes(Bytes)
  /// A text, in the order of its UTF-8.
  case text(String)
  /// Components one after the other.
  case tuple([KeyComponent])
  /// An integer of at most 64 bits, with its sign.
  case integer(Int64)
  /// An integer greater than `Int64.max`.
  case largeInteger(UInt64)
  /// A floating-point number, in the total order of IEEE 754.
  case double(Double)
  /// False before true.
  case boolean(Bool)
  /// 16 bytes.
  case uuid(RandomID)
  /// A moment, in microseconds since the Unix epoch.
  case moment(microseconds: Int64)
}

extension KeyComponent: Hashable, Comparable {
  /// Whether both are encoded alike.
  public static func == (left: KeyComponent, right: KeyComponent) -> Bool {
    left.encoded == right.encoded
  }

  /// Whether `left` sorts before `right` in a row.
  public static func < (left: KeyComponent, right: KeyComponent) -> Bool {
    left.encoded < right.encoded
  }

  /// Feeds the encoded form to `hasher`.
  public func hash(into hasher: inout Hasher) { hasher.combine(encoded) }
}

extension KeyComponent: CustomStringConvertible {
  /// The component as the inspector prints it.
  public var description: String {
    switch self {
    case .bytes(let bytes): "x'\(bytes)'"
    case .text(let text): "\"\(text)\""
    case .tuple(let parts): "(" + parts.map(\.description).joined(separator: ", ") + ")"
    case .integer(let number): "\(number)"
    case .largeInteger(let number): "\(number)"
    case .double(let number): "\(number)"
    case .boolean(let value): "\(value)"
    case .uuid(let id): "\(id)"
    case .moment(let microseconds): "@\(microseconds)µs"
    }
  }
}
