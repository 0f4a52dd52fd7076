// SPDX-License-Identifier: Apache-2.0

/// What a volume says of itself and of the others; the page <doc:Replication> has the format.
package struct VolumeRecord: Hashable, Sendable {
  /// A volume as the others know it.
  package struct Entry: Hashable, Sendable {
    package var identity: VolumeIdentity
    package var volume: Volume
    /// Whether its files are to be moved elsewhere.
    package var isDraining = false

    package init(_ identity: VolumeIdentity, _ volume: Volume, isDraining: Bool = false) {
      self.identity = identity
      self.volume = volume
      self.isDraining = isDraining
    }
  }

  /// The store whose files the volume has, by a number that all its volumes bear.
  package var store: VolumeIdentity

  /// The volume itself.
  package var identity: VolumeIdentity

  /// The life of the open store in which the volume counted last; zero: it never has.
  package var epoch: UInt64

  /// The least epoch that a member had when `epoch` began.
  package var previousEpoch: UInt64

  /// Grows with each change of `entries` or `members` within an epoch.
  package var revision: UInt64

  /// The life of the machine in which the volume was last written; empty: unknown.
  package var boot: String

  /// The volumes whose contents count in this epoch.
  package var members: [VolumeIdentity]

  /// All volumes of the store.
  package var entries: [Entry]

  package var policy: PlacementPolicy

  /// Whether all copies were synced, so that a machine's death takes nothing of them that was.
  package var syncsAllCopies: Bool

  /// Whether this is newer than another record of the same store.
  package func isNewer(than other: VolumeRecord) -> Bool {
    (epoch, revision) > (other.epoch, other.revision)
  }
}
