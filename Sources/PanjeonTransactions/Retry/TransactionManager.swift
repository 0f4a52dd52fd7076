// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
public import WideColumn

/// Runs transactions over a store.
public final class TransactionManager<Store: AtomicBatchStore>: Sendable {
  /// The store beneath.
  public let store: Store

  let clock: any TimeSource
  private let random: Mutex<SplitMix64>
  private let counters = Mutex(TransactionStatistics())

  /// Creates a manager.
  ///
  /// - Parameters:
  ///   - store: The store.
  ///   - timeSource: Gives row versions, deadlines and waits.
  ///   - seed: Decides ids and waits; two managers of one store must have different seeds.
  public init(store: Store, timeSource: any TimeSource, seed: UInt64) {
    self.store = store
    clock = timeSource
    random = Mutex(SplitMix64(seed: seed))
  }

  /// What has happened so far.
  public var statistics: TransactionStatistics { counters.withLock { $0 } }

  /// Runs `body` as a strictly serializable transaction; **`body` may run more than once**.
  ///
  /// When it returns, the transaction has reached the durability of its options and is visible. On a conflict
  /// everything is thrown away and `body` runs again from a newer snapshot, after a random wait that grows (full
  /// jitter). When `body` throws, nothing is written and the error passes through. A cancelled task gives up
  /// between attempts with `CancellationError`, never within a commit.
  ///
  /// - Parameters:
  ///   - options: Durability, attempts, deadline, limits.
  ///   - body: Reads and writes through the transaction, which must not be kept.
  /// - Returns: What `body` returned in the attempt that was committed.
  /// - Throws: What `body` throws; `retriesExhausted` or `deadlineExceeded` with the conflict as their cause;
  ///   `unknownOutcome`, for ``resolve(_:)``; `misuse` for options without sense; errors of the store.
  public func withTransaction<R>(
    _ options: TransactionOptions = TransactionOptions(),
    _ body: (inout Transaction<Store>) async throws -> R
  ) async throws -> R {
    try options.validate()
    let begin = clock.monotonicNanoseconds()
    var attempt = 1
    while true {
      do {
        return try await attemptOnce(options, body)
      } catch let error as TransactionError where error.code == .conflict {
        counters.withLock { $0.conflicts += 1 }
        try await pause(after: error, attempt: attempt, begin: begin, options)
        attempt += 1
      } catch let error as StoreError where error.code == .unavailable {
        try await pause(
          after: TransactionError(.conflict, "the store was too busy", cause: error),
          attempt: attempt, begin: begin, options)
        attempt += 1
      }
    }
  }

  private func attemptOnce<R>(
    _ options: TransactionOptions, _ body: (inout Transaction<Store>) async throws -> R
  ) async throws -> R {
    let id = random.withLock { TransactionID(using: &$0) }
    var transaction = try Transaction(id: id, store: store, options: options)
    let result = try await body(&transaction)
    try await transaction.runBeforeCommit()
    try await transaction.commit(clock: clock)
    counters.withLock { $0.commits += 1 }
    for hook in transaction.hooks.afterCommit { await hook() }
    return result
  }

  /// Waits before the next attempt, or throws when there is to be none.
  private func pause(
    after conflict: TransactionError, attempt: Int, begin: UInt64, _ options: TransactionOptions
  ) async throws {
    try Task.checkCancellation()
    if attempt >= options.attemptsMax {
      throw TransactionError(
        .retriesExhausted, "\(attempt) attempts met a conflict", row: conflict.row, cause: conflict)
    }
    let bound = Backoff.bound(attempt: attempt, options)
    let wait = random.withLock { Backoff.wait(bound: bound, using: &$0) }
    let elapsed = Duration.nanoseconds(Int64(clock.monotonicNanoseconds() - begin))
    if elapsed + wait >= options.deadline {
      throw TransactionError(
        .deadlineExceeded, "the deadline of \(options.deadline) passed after \(attempt) attempts",
        row: conflict.row, cause: conflict)
    }
    counters.withLock { $0.retries += 1 }
    try await clock.sleep(for: wait)
  }

  /// Runs `body` on a snapshot: reads of one moment, without conflicts.
  ///
  /// - Parameter body: Reads through the snapshot.
  /// - Returns: What `body` returns.
  /// - Throws: What `body` throws; errors of the store.
  public func withSnapshot<R>(
    _ body: (SnapshotTransaction<Store>) async throws -> R
  ) async throws -> R {
    try await body(SnapshotTransaction(store))
  }

  /// Finds out how a transaction of unknown outcome ended, from the header of a row it writes.
  ///
  /// A store whose log has failed must be reopened first: until then the outcome is not decided, and this throws
  /// `readOnly`.
  ///
  /// - Parameter transaction: From the error's `inDoubt`.
  /// - Returns: How it ended, as far as can still be told.
  /// - Throws: Errors of the store.
  public func resolve(
    _ transaction: InDoubtTransaction
  ) async throws(StoreError) -> TransactionOutcome {
    // Everything that is in order must be visible before a header can tell that something is not there.
    _ = try await store.commit(AtomicBatch(), since: nil, durability: .disk)
    let read = try await store.get(.header(transaction.row.row), in: transaction.row.table)
    let header = read?.header
    if let header, LockHeader(decoding: header)?.transactionID == transaction.id {
      return .committed
    }
    // In another life of the store the row may be as it was on an earlier day, before the commit.
    let isSameLife =
      transaction.incarnation == .unknown || transaction.incarnation == store.incarnation
    return isSameLife && header == transaction.headerBefore ? .aborted : .overwritten
  }
}

/// What transactions of a manager have come to.
public struct TransactionStatistics: Hashable, Sendable {
  /// Transactions committed, read-only ones included.
  public var commits: UInt64 = 0
  /// Attempts that met a conflict.
  public var conflicts: UInt64 = 0
  /// Attempts made after a conflict.
  public var retries: UInt64 = 0
}
