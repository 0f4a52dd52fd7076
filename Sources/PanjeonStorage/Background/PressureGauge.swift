// SPDX-License-Identifier: Apache-2.0

/// The pressure on writers as it was last worked out, so that a commit does not look at every region.
///
/// Whoever changes a view says so, after the change; the next commit works the pressure out anew.
package final class PressureGauge: Sendable {
  /// What flush and compaction have fallen behind by.
  package struct Reading: Sendable {
    package var delay = Duration.zero
    /// Whether no further memtable may wait.
    package var isFull = false
    /// The largest number of memtables of any group that wait to be flushed.
    package var unflushed = 0
  }

  private let isStale = AtomicNumber(1)
  private let delayMicroseconds = AtomicNumber(0)
  private let isFull = AtomicNumber(0)

  package init() {}

  package func viewsHaveChanged() {
    isStale.store(1)
  }

  /// The delay of one commit, and whether it must wait for a flush.
  package func read(_ workOut: () -> Reading) -> (delay: Duration, isFull: Bool) {
    if isStale.value != 0 {
      // A change during the working out makes it stale again.
      isStale.store(0)
      let reading = workOut()
      delayMicroseconds.store(reading.delay.microseconds)
      isFull.store(reading.isFull ? 1 : 0)
    }
    return (.microseconds(Int64(delayMicroseconds.value)), isFull.value != 0)
  }
}
