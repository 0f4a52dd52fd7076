// SPDX-License-Identifier: Apache-2.0

/// What flush and compaction have done since the store was opened, and what they have cost the writers.
public struct BackgroundStatistics: Hashable, Sendable {
  /// Whether nothing is being flushed, compacted, split or merged, nor waits for it.
  public var isIdle = true
  /// How many memtables were flushed.
  public var flushes: UInt64 = 0
  /// The bytes of the SSTables they became.
  public var flushedBytes: UInt64 = 0
  /// How many compactions there were.
  public var compactions: UInt64 = 0
  /// The bytes of the SSTables they read.
  public var compactionBytesRead: UInt64 = 0
  /// The bytes of the SSTables they wrote.
  public var compactionBytesWritten: UInt64 = 0
  /// How many regions were split.
  public var regionSplits: UInt64 = 0
  /// How many pairs of regions were merged.
  public var regionMerges: UInt64 = 0
  /// How often the scrub has read every block.
  public var scrubs: UInt64 = 0
  /// The bytes that it read.
  public var scrubbedBytes: UInt64 = 0
  /// How many commits were held back because flush or compaction had fallen behind.
  public var delayedCommits: UInt64 = 0
  /// For how long in all.
  public var commitDelay = Duration.zero
}

extension EmbeddedStore {
  /// What flush and compaction have done since the store was opened; all zero of a store that is only read.
  public var backgroundStatistics: BackgroundStatistics {
    guard let background else { return BackgroundStatistics() }
    let metrics = background.environment.metrics
    return BackgroundStatistics(
      isIdle: background.isIdle, flushes: metrics.flushes.value,
      flushedBytes: metrics.flushedBytes.value, compactions: metrics.compactions.value,
      compactionBytesRead: metrics.compactionBytesRead.value,
      compactionBytesWritten: metrics.compactionBytesWritten.value,
      regionSplits: metrics.regionSplits.value, regionMerges: metrics.regionMerges.value,
      scrubs: metrics.scrubs.value, scrubbedBytes: metrics.scrubbedBytes.value,
      delayedCommits: metrics.delayedCommits.value,
      commitDelay: .microseconds(Int64(metrics.delayMicroseconds.value)))
  }
}
