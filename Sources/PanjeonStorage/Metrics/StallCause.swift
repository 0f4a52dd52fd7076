// SPDX-License-Identifier: Apache-2.0

/// Why a commit is held back.
///
/// The raw values are stable: tools print them. The article <doc:MetricsAndEvents> says when each one holds and what helps.
public enum StallCause: String, Hashable, Sendable, CaseIterable {
  /// Memtables wait to be flushed: a delay that grows with their number, and in the end a wait until one is.
  case memtablesToFlush
  /// SSTables wait to be compacted: a delay that grows with their number.
  case filesToCompact
  /// The log's queue is full: a wait until its thread has written it.
  case logQueueFull
  /// The durable copy of the log is far behind: a delay that grows with the distance, and at the bound a wait.
  case durableCopyBehind
}
