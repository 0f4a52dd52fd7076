// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
internal import WideColumn

extension TransactionManager {
  /// Runs `body` and commits, again and again while there are conflicts.
  ///
  /// With `isIdempotent` the body finds out by itself that it was committed before, so that it may be run again whatever became
  /// of an attempt. Returns and throws as ``withTransaction(_:_:)``.
  func retrying<R>(
    _ options: TransactionOptions, isIdempotent: Bool,
    _ body: (inout Transaction<Store>) async throws -> R
  ) async throws -> R {
    try options.validate()
    var attempts = Attempts(
      options: options, begin: clock.monotonicNanoseconds(), isIdempotent: isIdempotent)
    defer { if let claim = attempts.claim { precedence.release(claim) } }
    do {
      return try await TransactionSpan.open("panjeon.transaction") { span in
        defer { span.set("panjeon.attempts", attempts.count) }
        while true {
          attempts.count += 1
          do {
            return try await attempt(&attempts, body)
          } catch let error as TransactionError where error.code == .conflict {
            counters.withLock { $0.conflicts += 1 }
            span.note(conflict: error)
            if error.isByLock { attempts.footprint = nil }
            try await pause(after: error, &attempts)
          } catch let error as StoreError where error.code == .unavailable {
            counters.withLock { $0.unavailable += 1 }
            // Nobody is in its way: to go first would not help.
            attempts.footprint = nil
            try await pause(
              after: TransactionError(.conflict, "the store was too busy", cause: error), &attempts)
          } catch let error as StoreError where error.code == .snapshotTooOld {
            counters.withLock { $0.conflicts += 1 }
            try await pause(after: Self.overtaken(error), &attempts)
          }
        }
      }
    } catch {
      count(error)
      throw error
    }
  }

  /// Whether the reads of a snapshot have come too late, where another one may come in time; not when it grew too old.
  func isOvertaken(_ error: StoreError) -> Bool {
    error.code == .snapshotTooOld && (!hasSnapshots || error.cause is UntoldDecision)
  }

  /// Runs `body` on one snapshot after the other until none is overtaken any more.
  func retryingOvertaken<R>(
    _ first: StoreError, _ body: (SnapshotTransaction<Store>) async throws -> R
  ) async throws -> R {
    var attempts = Attempts(
      options: TransactionOptions(), begin: clock.monotonicNanoseconds(), isIdempotent: true)
    var error = first
    while true {
      attempts.count += 1
      try await pause(after: Self.overtaken(error), &attempts)
      do {
        return try await body(snapshot())
      } catch let again as StoreError where isOvertaken(again) {
        error = again
      }
    }
  }

  private static func overtaken(_ error: StoreError) -> TransactionError {
    TransactionError(.conflict, "what was read before has changed, or may have", cause: error)
  }

  private func count(_ error: any Error) {
    let code = (error as? TransactionError)?.code
    counters.withLock { counters in
      switch code {
      case .retriesExhausted, .deadlineExceeded: counters.exhausted += 1
      case .unknownOutcome: counters.unknownOutcomes += 1
      default: counters.failures += 1
      }
    }
  }

  private func attempt<R>(
    _ attempts: inout Attempts, _ body: (inout Transaction<Store>) async throws -> R
  ) async throws -> R {
    let id = random.withLock { TransactionID(using: &$0) }
    attempts.joinMark = joining.mark
    var transaction = try Transaction(id: id, store: store, options: attempts.options)
    let result: R
    do {
      result = try await TransactionSpan.open("panjeon.transaction.attempt") { span in
        span.set("panjeon.transaction.id", id.description)
        let result = try await body(&transaction)
        try await transaction.runBeforeCommit()
        try await commit(&transaction, attempts)
        return result
      }
    } catch {
      if attempts.isStarving { attempts.footprint = transaction.footprint }
      throw error
    }
    count(transaction, attempts)
    for hook in transaction.hooks.afterCommit { await hook() }
    return result
  }

  private func count(_ transaction: borrowing Transaction<Store>, _ attempts: Attempts) {
    let taken = clock.monotonicNanoseconds() &- attempts.begin
    let isReadOnly = transaction.rows.written == 0
    let repeats = UInt64(transaction.blindRepeats)
    counters.withLock { counters in
      counters.commits += 1
      counters.commitNanoseconds &+= taken
      counters.blindRepeats += repeats
      if isReadOnly { counters.readOnlyCommits += 1 }
    }
  }

  private func commit(
    _ transaction: inout Transaction<Store>, _ attempts: Attempts
  ) async throws {
    if precedence.isClaimed {
      try await giveWay(transaction.rows.writes.map { $0.name }, attempts)
    }
    guard joining.beginCommit(attempts.joinMark) else {
      throw TransactionError(.conflict, "a table came to take part in transactions meanwhile")
    }
    defer { joining.endCommit() }
    do {
      try await TransactionSpan.open("panjeon.transaction.commit") { span in
        span.set("panjeon.rows.written", transaction.rows.written)
        span.set("panjeon.rows.read", transaction.rows.states.count { $0.isRead })
        span.set("panjeon.ranges.scanned", transaction.ranges.count)
        try await transaction.commit(clock: clock)
      }
    } catch let error as TransactionError where error.code == .unknownOutcome {
      counters.withLock { $0.unanswered += 1 }
      try await settle(error, isIdempotent: attempts.isIdempotent)
    }
  }

  /// Returns when the transaction was committed after all; throws `conflict` when it must be run again.
  private func settle(_ unanswered: TransactionError, isIdempotent: Bool) async throws {
    guard let inDoubt = unanswered.inDoubt else { throw unanswered }
    let outcome: TransactionOutcome
    do {
      outcome = try await resolve(inDoubt)
    } catch {
      // It cannot be told now, for example since the store's log has failed.
      throw unanswered
    }
    switch outcome {
    case .committed: return
    case .overwritten where !isIdempotent: throw unanswered
    case .aborted, .overwritten:
      throw TransactionError(
        .conflict, "the commit of \(inDoubt.id) went unanswered", row: inDoubt.row,
        cause: unanswered)
    }
  }
}

/// What a transaction has been through so far.
struct Attempts {
  let options: TransactionOptions
  /// By the monotonic clock, in nanoseconds.
  let begin: UInt64
  let isIdempotent: Bool
  var count = 0
  /// Which tables had joined when the attempt began.
  var joinMark: UInt64 = 0
  /// What the last attempt depended on, once that is worth knowing.
  var footprint: Footprint?
  /// The number of the claim by which it goes first.
  var claim: UInt64?

  init(options: TransactionOptions, begin: UInt64, isIdempotent: Bool) {
    self.options = options
    self.begin = begin
    self.isIdempotent = isIdempotent
  }

  /// Whether it has met so many conflicts that it is to go first.
  var isStarving: Bool { count >= options.attemptsBeforePrecedence }
}
