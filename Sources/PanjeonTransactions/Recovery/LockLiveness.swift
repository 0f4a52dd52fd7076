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

  /// How many transactions are watched at the most.
  private static var observationsMax: Int { 1024 }

  /// After how long one that nobody has looked at makes room for another: its locks have been ended by others.
  private let unseenMax: Duration

  /// When was looked for room, in nanoseconds.
  private var lastSweep: UInt64?

  /// Watches nobody yet.
  ///
  /// - Parameter unseenMax: After how long one that nobody has looked at makes room for another.
  init(unseenMax: Duration) {
    self.unseenMax = unseenMax
  }

  /// Notes a header; returns for how long it has been seen so, in nanoseconds.
  ///
  /// When there is no room, one that is met for the first time has to wait until others have ended: those that are watched must not be
  /// forgotten for it, or of many none would ever be seen for long enough.
  mutating func observe(_ header: Bytes?, of subject: Subject, now: UInt64) -> UInt64 {
    if var known = observations[subject], known.header == header {
      known.last = now
      observations[subject] = known
      return now &- known.since
    }
    if observations[subject] == nil, observations.count >= Self.observationsMax {
      makeRoom(now)
      if observations.count >= Self.observationsMax { return 0 }
    }
    observations[subject] = Observation(header: header, since: now, last: now)
    return 0
  }

  private mutating func makeRoom(_ now: UInt64) {
    func time(since moment: UInt64) -> Duration {
      .nanoseconds(Int64(clamping: now &- moment))
    }
    if let lastSweep, time(since: lastSweep) < unseenMax / 8 { return }
    lastSweep = now
    observations = observations.filter { time(since: $0.value.last) < unseenMax }
  }

  /// Forgets a transaction that has ended.
  mutating func forget(_ subject: Subject) { observations[subject] = nil }
}
