// SPDX-License-Identifier: Apache-2.0

/// How locks of commits in two phases are dealt with.
///
/// Nothing has to be in a range: less than the least that makes sense counts as that. None of it matters to safety: a transaction that is taken for dead while it lives is aborted, whole.
public struct LockOptions: Hashable, Sendable {
  /// For how long a lock must have been seen unchanged until its owner is taken for dead; by default 5 s.
  ///
  /// By the monotonic clock of who looks. Owners show that they live four times in that time until they have asked for the decision, so that all clients of a
  /// store should agree on it.
  public var timeToLive: Duration

  /// Whether every client of the store that commits in two phases lives in this process; by default false.
  ///
  /// If so, a lock whose owner does not is dead at once: it was left by an earlier life of the process.
  public var ownersAreInThisProcess: Bool

  /// How many calls are under way at once at the most, for one commit or one recovery; by default 256, at least 1.
  public var callsInFlightMax: Int {
    didSet { callsInFlightMax = max(1, callsInFlightMax) }
  }

  /// For how long a read waits for a lock at the most; by default 15 s.
  public var waitMax: Duration

  /// Creates options.
  public init(
    timeToLive: Duration = .seconds(5), ownersAreInThisProcess: Bool = false,
    callsInFlightMax: Int = 256, waitMax: Duration = .seconds(15)
  ) {
    self.timeToLive = timeToLive
    self.ownersAreInThisProcess = ownersAreInThisProcess
    self.callsInFlightMax = max(1, callsInFlightMax)
    self.waitMax = waitMax
  }

  /// After how long an owner shows that it lives.
  var heartbeat: Duration { timeToLive / 4 }
}
