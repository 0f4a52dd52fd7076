// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
internal import WideColumn

/// What has become of the lock of a row.
enum LockSettlement: Hashable, Sendable {
  /// The row is not locked, or not any more.
  case stable

  /// The transaction that has locked it may still be committed, and seems to live.
  case undecided

  /// The lock is none that this version knows: it stays as it is.
  case unknown
}

/// Ends what a commit in two phases has left: asks for the decision, and rolls rows forward or back by it.
///
/// Each step is one conditional change of one row, and may be made by anyone, at any time, as often as it comes. The page *TwoPhases*
/// has the protocol.
final class LockResolver<Store: WideColumnStore>: Sendable {
  let store: Store
  let clock: any TimeSource
  let options: LockOptions
  let counters = Mutex(LockStatistics())
  private let liveness: Mutex<LockLiveness>

  init(_ store: Store, timeSource: any TimeSource, options: LockOptions) {
    self.store = store
    clock = timeSource
    self.options = options
    // A janitor that comes by seldom must find what it has seen.
    liveness = Mutex(LockLiveness(unseenMax: max(options.timeToLive * 64, .seconds(600))))
  }

  /// Settles the lock of a row, if its transaction has been decided or its owner is taken for dead.
  ///
  /// Throws errors of the store; `unavailable` when the lock changed again and again.
  func settle(_ name: TransactionRow) async throws(StoreError) -> LockSettlement {
    for round in 0..<Self.roundsMax {
      await rest(before: round)
      let cells = try await store.lockCells(of: name)
      if cells.isStable { return .stable }
      guard let lock = cells.lock else { return .unknown }
      if let settlement = try await settle(lock) { return settlement }
    }
    throw Self.restless(name)
  }

  /// Waits before another look: what was in the way of a change may not be visible yet.
  func rest(before round: Int) async {
    if round < 2 { return }
    _ = try? await clock.sleep(for: .microseconds(250 << min(round, 8)))
  }

  /// How often a lock that changes is looked at.
  static var roundsMax: Int { 16 }

  static func restless(_ name: TransactionRow) -> StoreError {
    StoreError(
      .unavailable,
      "the lock of row '\(name.row)' of table '\(name.table)' changed \(roundsMax) times while it was being settled"
    )
  }

  /// Takes one step with a lock; nil when it must be looked at again.
  private func settle(_ lock: Lock) async throws(StoreError) -> LockSettlement? {
    if lock.primary == lock.name, lock.header.state == .committed {
      return try await isMade { () throws(StoreError) in try await self.rollForward(lock) }
    }
    // The decision is consulted first.
    let (decision, deciding) = try await decision(of: lock)
    switch decision {
    case .committed:
      return try await isMade { () throws(StoreError) in try await self.forward(lock) }
    case .aborted:
      return try await isMade { () throws(StoreError) in try await self.back(lock) }
    case .unknown: return .unknown
    case .undecided:
      guard isDead(lock, deciding) else { return .undecided }
      counters.withLock { $0.ownersGivenUp += 1 }
      _ = try await isMade { () throws(StoreError) in
        try await self.giveUp(lock.primary, headerBefore: deciding, lock.header)
      }
      return nil
    }
  }

  /// What has become of a lock's transaction, and the header of its primary by which it is told.
  func decision(
    of lock: Lock
  ) async throws(StoreError) -> (RowLock.Decision, primaryHeader: Bytes?) {
    if lock.primary == lock.name { return (lock.header.ownDecision, lock.bytes) }
    let primary = try await store.decidingRow(lock.primary)
    if case .present(let bytes) = primary { return (lock.decision(primary), bytes) }
    return (lock.decision(primary), nil)
  }

  /// Stable when a change was made; nil when it was not, or that is not known.
  private func isMade(
    _ change: () async throws(StoreError) -> Bool
  ) async throws(StoreError) -> LockSettlement? {
    do throws(StoreError) {
      return try await change() ? .stable : nil
    } catch {
      if error.code == .unknownOutcome { return nil }
      throw error
    }
  }

  private func isDead(_ lock: Lock, _ deciding: Bytes?) -> Bool {
    let owner = lock.header.transactionID
    if options.ownersAreInThisProcess, !LiveTransactions.contains(owner) { return true }
    if store.incarnation.isOther(than: lock.intents.incarnation) { return true }
    let subject = LockLiveness.Subject(
      primary: lock.primary, owner: owner, version: lock.header.version)
    let now = clock.monotonicNanoseconds()
    return liveness.withLock { liveness in
      let unchanged = liveness.observe(deciding, of: subject, now: now)
      guard Duration.nanoseconds(Int64(clamping: unchanged)) >= options.timeToLive else {
        return false
      }
      liveness.forget(subject)
      return true
    }
  }

  /// Settles the lock of a row, waiting for its owner as long as that seems to live.
  ///
  /// - Parameters:
  ///   - name: The row.
  ///   - waitMax: How long to wait at the most.
  /// - Returns: `undecided` when that time is over.
  /// - Throws: As ``settle(_:)``; `unavailable` when the task is cancelled.
  func waitUntilSettled(
    _ name: TransactionRow, atMost waitMax: Duration
  ) async throws(StoreError) -> LockSettlement {
    let begin = clock.monotonicNanoseconds()
    var wait = Self.waitMin
    while true {
      let settlement = try await settle(name)
      if settlement != .undecided { return settlement }
      let waited = Duration.nanoseconds(Int64(clamping: clock.monotonicNanoseconds() &- begin))
      if waited + wait > waitMax { return .undecided }
      counters.withLock { $0.waits += 1 }
      do {
        try await clock.sleep(for: wait)
      } catch {
        throw StoreError(.unavailable, "the task was cancelled while it waited for a lock")
      }
      wait = min(wait * 2, Self.waitLongest)
    }
  }

  /// The first and the longest wait before another look.
  private static var waitMin: Duration { .milliseconds(1) }
  private static var waitLongest: Duration { .milliseconds(50) }
}

extension StoreIncarnation {
  /// Whether both are known and differ.
  fileprivate func isOther(than other: StoreIncarnation) -> Bool {
    self != .unknown && other != .unknown && self != other
  }
}
