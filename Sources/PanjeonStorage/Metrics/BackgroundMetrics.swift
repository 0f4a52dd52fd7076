// SPDX-License-Identifier: Apache-2.0

/// What flush, compaction and admission count; each a total since the store was opened.
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
  /// Commits that were slowed down because flush or compaction had fallen behind.
  package let delayedCommits = AtomicNumber(0)
  /// Microseconds that commits were slowed down in all.
  package let delayMicroseconds = AtomicNumber(0)
}
