// SPDX-License-Identifier: Apache-2.0

/// How long a commit is held back because flush or compaction has fallen behind.
///
/// One smooth curve instead of a cliff: nothing while there is room, then a delay that grows with the square of
/// the debt. A pure function.
package struct WritePressure: Sendable {
  /// How many tiered runs are free of charge; by default 12.
  package var runsFree = 12

  /// The delay when the debt is as large as what is free; by default 2 ms.
  package var delayAtTwiceFree = Duration.milliseconds(2)

  /// The longest delay of one commit; by default 50 ms.
  package var delayMax = Duration.milliseconds(50)

  package init() {}

  /// The delay of one commit, and its cause.
  ///
  /// - Parameters:
  ///   - upperRuns: The largest number of tiered runs of any group.
  ///   - unflushedMemtables: The largest number of memtables of any group that wait to be flushed.
  ///   - unflushedMemtablesMax: How many may wait before writers wait for the flush.
  /// - Returns: The delay and what it is for; nil for no delay.
  package func delay(
    upperRuns: Int, unflushedMemtables: Int, unflushedMemtablesMax: Int
  ) -> (delay: Duration, cause: StallCause?) {
    let fromRuns = scaled(excess: upperRuns - runsFree, free: runsFree)
    let fromMemtables: Duration
    if unflushedMemtables > unflushedMemtablesMax {
      fromMemtables = .milliseconds(10)
    } else {
      fromMemtables = scaled(excess: unflushedMemtables - 1, free: 2 * unflushedMemtablesMax)
    }
    if fromRuns == .zero, fromMemtables == .zero { return (.zero, nil) }
    return fromRuns > fromMemtables
      ? (fromRuns, .filesToCompact) : (fromMemtables, .memtablesToFlush)
  }

  private func scaled(excess: Int, free: Int) -> Duration {
    guard excess > 0, free > 0 else { return .zero }
    let share = Double(excess) / Double(free)
    return min(delayMax, delayAtTwiceFree * (share * share))
  }
}
