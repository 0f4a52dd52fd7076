// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// Something that a store did or that befell it, for ``StoreConfiguration/onEvent``.
///
/// New cases may be added: have a `default`.
public enum StoreEvent: Sendable {
  /// A memtable has become an SSTable.
  case flushEnded(Flush)
  /// SSTables were merged.
  case compactionEnded(Compaction)
  /// A region was split.
  case regionSplit(RegionChange)
  /// Two regions were merged.
  case regionsMerged(RegionChange)
  /// Commits are held back from now on.
  case stallBegan(StallCause)
  /// No commit has been held back for that cause for a second.
  case stallEnded(StallCause, Stall)
  /// The store takes no more commits: `what` failed, because of `cause`.
  case halted(what: String, cause: StoreError)
  /// The store takes commits again.
  case resumed
  /// A compaction or the scrub has met damage.
  case damageFound(VerificationFinding)
  /// A volume does not answer, or has failed; the store goes on without it.
  case volumeFailed(name: String, cause: StoreError)
  /// A volume that had failed, or was not there, is used again.
  case volumeRecovered(name: String)
  /// The volumes that are left do not fulfil the placement policy; what is missing.
  case replicationDegraded(missing: [String])
  /// They do again, and every file has its copies.
  case replicationRestored
  /// A snapshot is older than ``StoreConfiguration/snapshotAgeMax``: reads at it fail from now on.
  case snapshotExpired(sequence: UInt64, age: Duration)

  /// A memtable that was flushed.
  public struct Flush: Hashable, Sendable {
    /// The table's name.
    public var table: String
    /// The region's number.
    public var region: UInt64
    /// The bytes of the SSTable; zero when nothing of the memtable needed to be kept.
    public var bytes: UInt64
    /// How long it took; of several flushed together, all of them.
    public var duration: Duration
  }

  /// A compaction that ended.
  public struct Compaction: Hashable, Sendable {
    /// The table's name.
    public var table: String
    /// The region's number.
    public var region: UInt64
    /// How many SSTables were merged.
    public var inputFiles: Int
    /// How many there are instead.
    public var outputFiles: Int
    /// The bytes that were read.
    public var bytesRead: UInt64
    /// The bytes that were written.
    public var bytesWritten: UInt64
    /// Whether the result is in the bottom level.
    public var isIntoBottom: Bool
    /// How long it took.
    public var duration: Duration
  }

  /// Regions that took the place of others.
  public struct RegionChange: Hashable, Sendable {
    /// The table's name.
    public var table: String
    /// The numbers of the regions that are gone, by row.
    public var old: [UInt64]
    /// The numbers of those in their place, by row.
    public var new: [UInt64]
    /// Why.
    public var cause: String
  }

  /// Commits that were held back one after the other.
  public struct Stall: Hashable, Sendable {
    /// How many there were.
    public var commits: UInt64
    /// For how long in all.
    public var total: Duration
    /// The longest time of one.
    public var longest: Duration
  }
}
