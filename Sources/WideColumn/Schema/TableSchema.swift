// SPDX-License-Identifier: Apache-2.0

/// The shape of a table: its name, families and locality groups, and how it is cut into regions.
public struct TableSchema: Hashable, Sendable {
  /// The table's name: 1 to 255 bytes of `A-Z a-z 0-9 _ - . !`, not beginning with a dot.
  public var name: String

  /// The column families, in the order of their names.
  public private(set) var families: [ColumnFamily]

  /// The locality groups; families that name none belong to the group `default`.
  public var localityGroups: [LocalityGroup]

  /// When and where the table's regions are split.
  public var splitPolicy: SplitPolicy

  /// Creates a schema.
  public init(
    name: String, families: [ColumnFamily], localityGroups: [LocalityGroup] = [.default],
    splitPolicy: SplitPolicy = .default
  ) {
    self.name = name
    self.families = families.sorted { $0.name < $1.name }
    self.localityGroups = localityGroups
    self.splitPolicy = splitPolicy
  }

  /// Takes other families in the place of those there are; a locality group that only they name is added.
  public mutating func set(_ families: [ColumnFamily]) {
    self.families = families.sorted { $0.name < $1.name }
    for family in families
    where !localityGroups.contains(where: { $0.name == family.localityGroup }) {
      localityGroups.append(LocalityGroup(family.localityGroup))
    }
  }

  /// The family of this name, or nil.
  public func family(named name: String) -> ColumnFamily? {
    families.first { $0.name == name }
  }
}
