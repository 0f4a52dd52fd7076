// SPDX-License-Identifier: Apache-2.0

/// Which volumes a file is put on: a predicate on sets of volumes, made of combinators.
///
/// A set that fulfils a policy still does with more volumes, and a volume may count for several parts of a policy. The
/// combinators are FoundationDB's (`One`, `Across`, `And`); see <doc:Replication>.
public indirect enum PlacementPolicy: Hashable, Sendable {
  /// One volume, of a class or of any.
  case one(Volume.StorageClass?)

  /// So many values of an attribute, the volumes of each of which fulfil a policy.
  case across(Int, Attribute, PlacementPolicy)

  /// Each of some policies.
  case all([PlacementPolicy])

  /// What volumes can be told apart by.
  public enum Attribute: String, Hashable, Sendable, CaseIterable {
    /// The rack. Racks of one name in two zones are two.
    case rack
    /// The zone.
    case zone
    /// The volume itself.
    case volume
  }

  /// Two ephemeral volumes in different racks, and one durable volume: what Between's engineers used.
  public static let standard = PlacementPolicy.all([
    .across(2, .rack, .one(.ephemeral)), .one(.durable),
  ])
}
