// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// What is counted of commits outside the sequencer's lock; each a total since the store was opened.
///
/// What is counted under it is in its state: ``SequencerState/counts``.
package final class CommitStatistics: Sendable {
  /// Batches of which a condition did not hold, or a range had changed.
  package let refused = AtomicNumber(0)
  /// Writes to the log, each for one or more commits.
  package let logWrites = AtomicNumber(0)
  /// Syncs of the log, each for one or more commits.
  package let logSyncs = AtomicNumber(0)
  /// Records written to the log.
  package let logRecords = AtomicNumber(0)
  /// Bytes of records written to the log.
  package let logBytes = AtomicNumber(0)
}

extension Metrics.Commits {
  /// Counts a batch that has been put in order.
  package mutating func add(_ batch: PreparedBatch, _ durability: Durability) {
    switch durability {
    case .memory: inMemory += 1
    case .operatingSystem: inOperatingSystem += 1
    case .disk: onDisk += 1
    }
    rows += UInt64(batch.runs.count)
    cells += UInt64(batch.cellCount)
  }
}

extension StoreError {
  /// The answer to every call after `close()`.
  package static var storeClosed: StoreError {
    StoreError(.closed, "the store has been closed")
  }
}
