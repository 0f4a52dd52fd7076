// SPDX-License-Identifier: Apache-2.0

/// A column of a row: a family of the table's schema and a qualifier within it.
public struct Column: Hashable, Sendable {
  /// The name of the column family.
  public var family: String

  /// The qualifier: 0 to `StoreLimits.qualifierBytesMax` bytes.
  public var qualifier: Bytes

  /// Creates a column.
  public init(family: String, qualifier: Bytes) {
    self.family = family
    self.qualifier = qualifier
  }
}

extension Column: Comparable, CustomStringConvertible {
  /// Whether `left` sorts before `right`: by family name, then by qualifier.
  public static func < (left: Column, right: Column) -> Bool {
    left.family == right.family ? left.qualifier < right.qualifier : left.family < right.family
  }

  /// The column as HBase writes it: `family:qualifier`.
  public var description: String { "\(family):\(qualifier)" }
}
