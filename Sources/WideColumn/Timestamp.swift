// SPDX-License-Identifier: Apache-2.0

/// The version of a cell: by convention microseconds since 1970-01-01T00:00:00Z.
///
/// Within a column the greatest timestamp is the newest version. Negative values are allowed; the store
/// assigns only positive ones.
public struct Timestamp: Hashable, Comparable, Sendable {
  /// The number of microseconds since the Unix epoch.
  public var microseconds: Int64

  /// Creates a timestamp from microseconds since the Unix epoch.
  public init(microseconds: Int64) {
    self.microseconds = microseconds
  }

  /// The greatest timestamp.
  public static let max = Timestamp(microseconds: .max)

  /// Whether `left` is older than `right`.
  public static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.microseconds < right.microseconds
  }
}

extension Timestamp: ExpressibleByIntegerLiteral, CustomStringConvertible {
  /// Creates a timestamp from a literal number of microseconds.
  public init(integerLiteral value: Int64) {
    self.init(microseconds: value)
  }

  /// The number of microseconds, in decimal.
  public var description: String { String(microseconds) }
}

extension Timestamp: Codable {
  /// Reads the number of microseconds.
  public init(from decoder: any Decoder) throws {
    self.init(microseconds: try decoder.singleValueContainer().decode(Int64.self))
  }

  /// Writes the number of microseconds.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(microseconds)
  }
}
