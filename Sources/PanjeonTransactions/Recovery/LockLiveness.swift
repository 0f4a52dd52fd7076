// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Since when the headers that decide on transactions have been seen as they are.
///
/// No clock of another is believed: what counts is for how long this client has seen nothing change.
struct LockLiveness {
  /// A commit, and the row that holds its decision.
  struct Subject: Hashable {
    var primary: TransactionRow
    var owner: TransactionID
    var version: UInt64
  }

  private struct Observation {
    var header: Bytes?
    /// In nanoseconds of the monotonic clock.
    var since: UInt64
    var last: UInt64
  }

  private var observations: [Subject: Observation] = [:]

  /// How many transactions are watched at the most; who has not been looked at for longest is forgotten.
  private static var observationsMax: Int { 1024 }

  /// Notes a header; returns for how long it has been seen so, in nanoseconds.
  mutating func observe(_ header: Bytes?, of subject: Subject, now: UInt64) -> UInt64 {
    if var known = observations[subject], known.header == header {
      known.last = now
      observations[subject] = known
      return now &- known.since
    }
    if observations[subject] == nil, observations.count >= Self.observationsMax,
      let oldest = observations.min(by: { $0.value.last < $1.value.last })
    {
      observations[oldest.key] = nil
    }
    observations[subject] = Observation(header: header, since: now, last: now)
    return 0
  }

  /// Forgets a transaction that has ended.
  mutating func forget(_ subject: Subject) { observations[subject] = nil }
}
