// SPDX-License-Identifier: Apache-2.0

/// A column family of a table.
public struct ColumnFamily: Hashable, Sendable {
  /// The name of the family that holds the row locks of transactions; it sorts before all others.
  public static let lockFamilyName = "!lock!"

  /// The family that makes a table transactional.
  public static let lock = ColumnFamily(lockFamilyName)

  /// The family's name: 1 to 255 printable ASCII bytes without a colon.
  public var name: String

  /// How many versions of a column are kept; by default 1.
  public var versionsMax: Int

  /// The locality group that stores the family; by default `default`.
  public var localityGroup: String

  /// Creates a family.
  public init(
    _ name: String, versionsMax: Int = 1, localityGroup: String = LocalityGroup.default.name
  ) {
    self.name = name
    self.versionsMax = versionsMax
    self.localityGroup = localityGroup
  }
}
