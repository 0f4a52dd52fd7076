// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
internal import WideColumn

extension TransactionManager {
  /// Waits before the next attempt, or throws when there is to be none.
  func pause(after conflict: TransactionError, _ attempts: inout Attempts) async throws {
    try Task.checkCancellation()
    let options = attempts.options
    if attempts.count >= options.attemptsMax {
      throw TransactionError(
        .retriesExhausted, "\(attempts.count) attempts met a conflict", row: conflict.row,
        cause: conflict)
    }
    let isSettled = try await waitForLock(conflict, attempts)
    let isFirst = goFirst(&attempts)
    // Others wait as long as this one does. A lock that has been ended is in nobody's way, but that may not be visible yet.
    let bound =
      isFirst || (isSettled && attempts.count < Self.settledLocksMax)
      ? options.backoffBase : Backoff.bound(attempt: attempts.count, options)
    let wait = random.withLock { Backoff.wait(bound: min(bound, options.backoffMax), using: &$0) }
    let elapsed = Duration.nanoseconds(Int64(clock.monotonicNanoseconds() - attempts.begin))
    if elapsed + wait >= options.deadline {
      throw TransactionError(
        .deadlineExceeded,
        "the deadline of \(options.deadline) passed after \(attempts.count) attempts",
        row: conflict.row, cause: conflict)
    }
    counters.withLock { $0.retries += 1 }
    try await clock.sleep(for: wait)
  }

  /// After how many attempts a transaction waits longer although the locks in its way have been ended.
  private static var settledLocksMax: Int { 8 }

  /// Ends the lock that was in the way, or waits until it is; false when there was none, or it stays.
  private func waitForLock(
    _ conflict: TransactionError, _ attempts: Attempts
  ) async throws -> Bool {
    guard conflict.isByLock, let row = conflict.row else { return false }
    let elapsed = Duration.nanoseconds(Int64(clock.monotonicNanoseconds() - attempts.begin))
    do throws(StoreError) {
      let settlement = try await locks.waitUntilSettled(
        row, atMost: min(attempts.options.deadline - elapsed, locks.options.waitMax))
      return settlement == .stable
    } catch {
      // The wait before the next attempt is a wait for the store as well.
      return false
    }
  }

  /// Claims what the last attempt depended on, if it is time; whether it goes first.
  private func goFirst(_ attempts: inout Attempts) -> Bool {
    guard let footprint = attempts.footprint else { return false }
    if let claim = attempts.claim { precedence.release(claim) }
    attempts.claim = precedence.claim(
      footprint, now: clock.monotonicNanoseconds(), for: attempts.options.precedenceMax)
    if attempts.claim == nil { return false }
    counters.withLock { $0.precedences += 1 }
    return true
  }

  /// Waits while a transaction that goes first depends on one of these rows, but no longer than one may go first: there may be
  /// another one behind it.
  func giveWay(_ rows: some Sequence<TransactionRow>, _ attempts: Attempts) async throws {
    var waited = Duration.zero
    while waited < attempts.options.precedenceMax,
      precedence.blocks(rows, heldBy: attempts.claim, now: { clock.monotonicNanoseconds() })
    {
      if waited == .zero { counters.withLock { $0.precedenceWaits += 1 } }
      waited += Self.precedenceStep
      try await clock.sleep(for: Self.precedenceStep)
    }
  }

  /// How long to wait before another look whether one that goes first has ended.
  private static var precedenceStep: Duration { .microseconds(500) }
}
