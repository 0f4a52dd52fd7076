// SPDX-License-Identifier: Apache-2.0

/// A key, range, id or value of a history: an integer or a string.
public enum Scalar: Hashable, Sendable {
  /// A 64-bit integer.
  case int(Int)
  /// A string; `"1"` is another value than 1.
  case string(String)
}

extension Scalar: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral {
  /// Takes an integer.
  public init(integerLiteral value: Int) {
    self = .int(value)
  }

  /// Takes a string.
  public init(stringLiteral value: String) {
    self = .string(value)
  }
}

extension Scalar: CustomStringConvertible {
  /// The value as JSON.
  public var description: String {
    switch self {
    case .int(let value): String(value)
    case .string(let value): JSONText.quoted(value)
    }
  }
}
