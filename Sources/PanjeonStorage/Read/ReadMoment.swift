// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// What a read reads at: a sequence, and the time by which it judges what has expired.
package struct ReadMoment: Sendable {
  /// Where the time comes from.
  package enum Time: Sendable {
    /// A snapshot's.
    case at(Int64)

    /// The present, looked at only by a read that meets something that may have expired.
    case now(StoreClock)
  }

  package var sequence: UInt64
  package var time: Time

  package init(sequence: UInt64, time: Time) {
    self.sequence = sequence
    self.time = time
  }

  /// The moment of a snapshot.
  package init(_ snapshot: StoreSnapshot) {
    self.init(sequence: snapshot.sequence, time: .at(snapshot.time))
  }
}

extension ReadMoment.Time {
  /// Microseconds since the Unix epoch.
  package var microseconds: Int64 {
    switch self {
    case .at(let time): time
    case .now(let clock): clock.now()
    }
  }
}

/// The wall clock of a store, which never goes back while the store is open: what has expired stays so.
package final class StoreClock: Sendable {
  private let source: any TimeSource
  private let latest: AtomicNumber

  /// Creates a clock that begins no earlier than the greatest timestamp the store has assigned.
  package init(_ source: any TimeSource, after lastTimestamp: Int64) {
    self.source = source
    latest = AtomicNumber(UInt64(max(0, lastTimestamp)))
  }

  /// Nanoseconds of a clock that never goes back.
  package func monotonicNanoseconds() -> UInt64 { source.monotonicNanoseconds() }

  /// Microseconds since the Unix epoch.
  package func now() -> Int64 {
    latest.raise(to: UInt64(max(0, source.presentMicroseconds())))
    return Int64(latest.value)
  }
}
