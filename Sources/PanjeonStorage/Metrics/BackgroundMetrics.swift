// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// What flush, compaction and changes of regions count; each a total since the store was opened.
package final class BackgroundMetrics: Sendable {
  package let flushes = AtomicNumber(0)
  package let flushedBytes = AtomicNumber(0)
  package let compactions = AtomicNumber(0)
  package let compactionBytesRead = AtomicNumber(0)
  package let compactionBytesWritten = AtomicNumber(0)
  package let regionSplits = AtomicNumber(0)
  package let regionMerges = AtomicNumber(0)
  /// Passes of the scrub that came to their end.
  package let scrubs = AtomicNumber(0)
  package let scrubbedBytes = AtomicNumber(0)
  package let halts = AtomicNumber(0)
  package let resumptions = AtomicNumber(0)

  private let retired = Mutex(RegionReads())

  /// What the regions were read for that have been split or merged since.
  package var retiredReads: RegionReads { retired.withLock { $0 } }

  /// Keeps what a region was read for that takes no more part; what late readers of it add is not counted.
  package func retire(_ region: Region) {
    retired.withLock { $0.add(region.metrics) }
  }
}
