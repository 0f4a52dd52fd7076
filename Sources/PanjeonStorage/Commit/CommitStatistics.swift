// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// What the commit path counts; each a total since the store was opened.
package final class CommitStatistics: Sendable {
  /// Commits that had to be checked again because a row was written meanwhile.
  package let staleChecks = AtomicNumber(0)
  /// Writes to the log, each for one or more commits.
  package let logWrites = AtomicNumber(0)
  /// Syncs of the log, each for one or more commits.
  package let logSyncs = AtomicNumber(0)
  /// Records written to the log.
  package let logRecords = AtomicNumber(0)
  /// Bytes of records written to the log.
  package let logBytes = AtomicNumber(0)
}

extension StoreError {
  /// The answer to every call after `close()`.
  package static var storeClosed: StoreError {
    StoreError(.closed, "the store has been closed")
  }
}
