// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// What may be the id of an object, or be indexed.
///
/// Conversion keeps the order: of two values the lesser has the lesser component, or both have the same.
public protocol KeyComponentConvertible: Sendable {
  /// The value as a part of a key.
  var keyComponent: KeyComponent { get }

  /// The value of a part of a key; nil when that is of another kind, or out of range.
  init?(keyComponent: KeyComponent)
}

extension KeyComponent: KeyComponentConvertible {
  /// Itself.
  public var keyComponent: KeyComponent { self }
  /// Itself.
  public init?(keyComponent: KeyComponent) { self = keyComponent }
}

extension KeyComponentConvertible where Self: FixedWidthInteger {
  /// The integer as a part of a key.
  public var keyComponent: KeyComponent {
    if let number = Int64(exactly: self) { return .integer(number) }
    return .largeInteger(UInt64(truncatingIfNeeded: self))
  }

  /// The integer of a part of a key; nil when it is none, or out of range.
  public init?(keyComponent: KeyComponent) {
    switch keyComponent {
    case .integer(let number): self.init(exactly: number)
    case .largeInteger(let number): self.init(exactly: number)
    default: return nil
    }
  }
}

extension Int: KeyComponentConvertible {}
extension Int64: KeyComponentConvertible {}
extension Int32: KeyComponentConvertible {}
extension Int16: KeyComponentConvertible {}
extension Int8: KeyComponentConvertible {}
extension UInt: KeyComponentConvertible {}
extension UInt64: KeyComponentConvertible {}
extension UInt32: KeyComponentConvertible {}
extension UInt16: KeyComponentConvertible {}
extension UInt8: KeyComponentConvertible {}

extension String: KeyComponentConvertible {
  /// The text as a part of a key.
  public var keyComponent: KeyComponent { .text(self) }

  /// The text of a part of a key; nil when it is none.
  public init?(keyComponent: KeyComponent) {
    guard case .text(let text) = keyComponent else { return nil }
    self = text
  }
}

extension Bytes: KeyComponentConvertible {
  /// The bytes as a part of a key.
  public var keyComponent: KeyComponent { .bytes(self) }

  /// The bytes of a part of a key; nil when it is no bytes.
  public init?(keyComponent: KeyComponent) {
    guard case .bytes(let bytes) = keyComponent else { return nil }
    self = bytes
  }
}

extension Double: KeyComponentConvertible {
  /// The number as a part of a key.
  public var keyComponent: KeyComponent { .double(self) }

  /// The number of a part of a key; nil when it is none.
  public init?(keyComponent: KeyComponent) {
    guard case .double(let number) = keyComponent else { return nil }
    self = number
  }
}

extension Bool: KeyComponentConvertible {
  /// The truth value as a part of a key.
  public var keyComponent: KeyComponent { .boolean(self) }

  /// The truth value of a part of a key; nil when it is none.
  public init?(keyComponent: KeyComponent) {
    guard case .boolean(let value) = keyComponent else { return nil }
    self = value
  }
}

extension Timestamp: KeyComponentConvertible {
  /// The moment as a part of a key.
  public var keyComponent: KeyComponent { .moment(microseconds: microseconds) }

  /// The moment of a part of a key; nil when it is none.
  public init?(keyComponent: KeyComponent) {
    guard case .moment(let microseconds) = keyComponent else { return nil }
    self.init(microseconds: microseconds)
  }
}

/// Two values as one id, or as one indexed value: ordered by the first, then by the second.
public struct KeyPair<First: KeyComponentConvertible, Second: KeyComponentConvertible>:
  KeyComponentConvertible
{
  /// What it is ordered by.
  public var first: First
  /// What it is ordered by where the first ones are the same.
  public var second: Second

  /// Creates a pair.
  public init(_ first: First, _ second: Second) {
    self.first = first
    self.second = second
  }

  /// The pair as a part of a key: a tuple.
  public var keyComponent: KeyComponent { .tuple([first.keyComponent, second.keyComponent]) }

  /// The pair of a part of a key; nil when it is none of these.
  public init?(keyComponent: KeyComponent) {
    guard case .tuple(let parts) = keyComponent, parts.count == 2,
      let first = First(keyComponent: parts[0]), let second = Second(keyComponent: parts[1])
    else { return nil }
    self.init(first, second)
  }
}

extension KeyPair: Equatable where First: Equatable, Second: Equatable {}
extension KeyPair: Hashable where First: Hashable, Second: Hashable {}
