// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
internal import WideColumn

/// By what the owner of locks shows that it lives: the header of its primary, one step on each time.
///
/// Any part of the commit that takes time calls ``beatIfDue()``; one change is under way at a time, and none any more once those have
/// returned: so the owner never meets its own decision.
final class Heartbeat<Store: WideColumnStore>: Sendable {
  private struct State {
    /// The header of the primary as the owner has written it last.
    var header: LockHeader
    /// When it was written, in nanoseconds.
    var last: UInt64
    var isHeld = false
    var isBeating = false
    var isGivenUp = false
  }

  private let resolver: LockResolver<Store>
  private let primary: TransactionRow
  private let version: Timestamp
  private let state: Mutex<State>

  init(_ plan: CommitPlan, _ resolver: LockResolver<Store>) {
    self.resolver = resolver
    primary = plan.primary.name
    version = plan.version
    state = Mutex(
      State(header: plan.prewritten, last: resolver.clock.monotonicNanoseconds()))
  }

  /// The header of the primary as the owner has written it last.
  var header: LockHeader { state.withLock { $0.header } }

  /// Whether somebody has been seen to have ended the transaction.
  var isGivenUp: Bool { state.withLock { $0.isGivenUp } }

  /// The primary is locked.
  func begin() { state.withLock { $0.isHeld = true } }

  /// Shows that the owner lives, if it is time.
  ///
  /// Throws errors of the store; with them, and with those of the look at what became of a change that was refused, nothing is known.
  func beatIfDue() async throws(StoreError) {
    let now = resolver.clock.monotonicNanoseconds()
    let due = state.withLock { state -> LockHeader? in
      let waited = Duration.nanoseconds(Int64(clamping: now &- state.last))
      guard state.isHeld, !state.isBeating, !state.isGivenUp,
        waited >= resolver.options.heartbeat
      else { return nil }
      state.isBeating = true
      state.last = now
      return state.header
    }
    guard let header = due else { return }
    defer { state.withLock { $0.isBeating = false } }
    let beaten = header.rewritten(.prewritten)
    var isMade = false
    do throws(StoreError) {
      isMade = try await rewrite(header, to: beaten, durability: .memory)
    } catch {
      guard error.code == .unknownOutcome else { throw error }
    }
    if !isMade { isMade = try await resolver.store.header(of: primary) == beaten.encode() }
    state.withLock { state in
      if isMade { state.header = beaten } else { state.isGivenUp = true }
    }
  }

  /// Puts another header in the place of the last one; the primary's intents stay.
  func rewrite(
    to header: LockHeader, durability: Durability
  ) async throws(StoreError) -> Bool {
    try await rewrite(self.header, to: header, durability: durability)
  }

  private func rewrite(
    _ before: LockHeader, to header: LockHeader, durability: Durability
  ) async throws(StoreError) -> Bool {
    let put = Mutation.put(LockColumn.header, timestamp: version, value: header.encode())
    return try await resolver.store.checkAndMutate(
      CheckAndMutate([.header(before.encode())], RowMutations(primary.row, [put])),
      in: primary.table, durability: durability)
  }
}
