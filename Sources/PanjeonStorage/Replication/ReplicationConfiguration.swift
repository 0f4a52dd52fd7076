// SPDX-License-Identifier: Apache-2.0

/// The volumes that hold copies of a store's files, and what commits and repairs may cost.
///
/// The article <doc:Replication> says which losses each setting survives.
public struct ReplicationConfiguration: Sendable {
  /// The volumes.
  public var volumes: [Volume]

  /// Which of them a file is put on; by default two ephemeral ones in different racks and a durable one.
  public var policy = PlacementPolicy.standard

  /// Whether *on disk* means that all copies are synced, and not only the durable ones; by default false.
  public var syncsAllCopies = false

  /// How far the following copies of the log may be behind, in bytes; by default 64 MiB.
  ///
  /// That much memory it may take, besides the memory budget. From half of it on commits are slowed down, at the bound they wait
  /// (``StallCause/durableCopyBehind``).
  public var durableCopyBytesBehindMax = 64 << 20

  /// How long a call may take that is made by the thread that follows, or on several volumes at once, before the volume counts as failed; by
  /// default 30 s.
  public var volumeTimeout = Duration.seconds(30)

  /// How often volumes that have failed are looked at again; by default 5 s.
  public var volumeProbeInterval = Duration.seconds(5)

  /// How fast copies are made anew and compared, in bytes a second; by default 64 MiB; nil: as fast as it goes.
  public var repairBytesPerSecond: Int? = 64 << 20

  /// By how much the share of their capacity that is used may differ between volumes of a class before files are moved; by default 0.1.
  public var balanceTolerance = 0.1

  /// Describes a replicated store.
  ///
  /// - Parameter volumes: Its volumes, with different names and paths.
  public init(volumes: [Volume]) {
    self.volumes = volumes
  }
}
