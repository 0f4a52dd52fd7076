// SPDX-License-Identifier: Apache-2.0

/// The pressure on writers as it was last worked out, so that a commit does not look at every region.
///
/// Whoever changes a view says so, after the change; the next commit works the pressure out anew.
package final class PressureGauge: Sendable {
  /// What flush and compaction have fallen behind by.
  package struct Reading: Hashable, Sendable {
    /// How long one commit is held back.
    package var delay = Duration.zero
    /// What for; nil: it is not.
    package var cause: StallCause?
    /// Whether no further memtable may wait.
    package var isFull = false

    package init(delay: Duration = .zero, cause: StallCause? = nil, isFull: Bool = false) {
      self.delay = delay
      self.cause = cause
      self.isFull = isFull
    }
  }

  private let isStale = AtomicNumber(1)
  /// The reading in one word, so that nobody sees half of one: the delay in microseconds, eight bits for the rest.
  private let packed = AtomicNumber(0)

  package init() {}

  package func viewsHaveChanged() {
    isStale.store(1)
  }

  /// How long a commit is held back, and for what.
  package func read(_ workOut: () -> Reading) -> Reading {
    if isStale.value != 0 {
      // A change during the working out makes it stale again.
      isStale.store(0)
      packed.store(Self.pack(workOut()))
    }
    return Self.unpack(packed.value)
  }

  private static func pack(_ reading: Reading) -> UInt64 {
    let cause: UInt64 =
      switch reading.cause {
      case nil: 0
      case .memtablesToFlush?: 1
      case .filesToCompact?: 2
      case .logQueueFull?: 3
      case .durableCopyBehind?: 4
      }
    return reading.delay.microseconds << 8 | cause << 1 | (reading.isFull ? 1 : 0)
  }

  private static func unpack(_ word: UInt64) -> Reading {
    if word == 0 { return Reading() }
    let causes: [StallCause?] = [
      nil, .memtablesToFlush, .filesToCompact, .logQueueFull, .durableCopyBehind,
    ]
    return Reading(
      delay: .microseconds(Int64(word >> 8)), cause: causes[Int(word >> 1 & 7)],
      isFull: word & 1 != 0)
  }
}
