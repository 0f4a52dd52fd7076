// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
public import WideColumn

/// Runs transactions over a store.
public final class TransactionManager<Store: AtomicBatchStore>: Sendable {
  /// The store beneath.
  public let store: Store

  let clock: any TimeSource
  let random: Mutex<SplitMix64>
  let precedence = Precedence()
  let joining = JoiningTables()
  let locks: LockResolver<Store>
  let counters = Mutex(TransactionStatistics())
  let hasSnapshots: Bool

  /// Creates a manager.
  ///
  /// - Parameters:
  ///   - store: The store.
  ///   - timeSource: Gives row versions, deadlines and waits.
  ///   - seed: Decides ids and waits; two managers of one store must have different seeds.
  ///   - locks: How locks are dealt with that commits in two phases have left; by default as a ``TwoPhaseStore`` was told, over another store as by
  ///     `LockOptions()`.
  public init(
    store: Store, timeSource: any TimeSource, seed: UInt64, locks: LockOptions? = nil
  ) {
    self.store = store
    hasSnapshots = store.hasSnapshots
    let known = (store as? any StoreWithoutSnapshots)?.lockOptions
    self.locks = LockResolver(
      store, timeSource: timeSource, options: locks ?? known ?? LockOptions())
    clock = timeSource
    random = Mutex(SplitMix64(seed: seed))
  }

  /// Gives row versions, deadlines and waits.
  package var timeSource: any TimeSource { clock }

  /// What has been done with the locks of others.
  public var lockStatistics: LockStatistics { locks.counters.withLock { $0 } }

  /// What has happened so far.
  public var statistics: TransactionStatistics { counters.withLock { $0 } }

  /// Runs `body` as a strictly serializable transaction; **`body` may run more than once**.
  ///
  /// When it returns, the transaction has reached the durability of its options and is visible. On a conflict
  /// everything is thrown away and `body` runs again from a newer snapshot, after a random wait that grows (full
  /// jitter). After `TransactionOptions.attemptsBeforePrecedence` conflicts the transaction goes first: others of this manager that
  /// write what it depends on wait for it. When `body` throws, nothing is written and the error passes through. A cancelled
  /// task gives up between attempts with `CancellationError`, never within a commit. A commit that went unanswered is looked
  /// for (``resolve(_:)``), and the transaction run again if it was not made.
  ///
  /// - Parameters:
  ///   - options: Durability, attempts, deadline, limits.
  ///   - body: Reads and writes through the transaction, which must not be kept.
  /// - Returns: What `body` returned in the attempt that was committed.
  /// - Throws: What `body` throws; `retriesExhausted` or `deadlineExceeded` with the conflict as their cause;
  ///   `unknownOutcome` when that could not be settled, for ``resolve(_:)`` later; `misuse` for options without sense; errors
  ///   of the store.
  public func withTransaction<R>(
    _ options: TransactionOptions = TransactionOptions(),
    _ body: (inout Transaction<Store>) async throws -> R
  ) async throws -> R {
    try await retrying(options, isIdempotent: false, body)
  }

  /// Runs `body` on a snapshot: reads of one moment, without conflicts.
  ///
  /// When others overtake the reads over a ``TwoPhaseStore``, which has no snapshots, **`body` runs again**, at a newer moment and after a random wait that
  /// grows, as often as a transaction by default. So it does over any store in which commits in two phases take place, when what has become of a lock
  /// that the snapshot has met cannot be told any more.
  ///
  /// - Parameter body: Reads through the snapshot.
  /// - Returns: What `body` returns.
  /// - Throws: What `body` throws; errors of the store; `retriesExhausted` and `deadlineExceeded`, caused by `snapshotTooOld`, when it was run again too
  ///   often.
  public func withSnapshot<R>(
    _ body: (SnapshotTransaction<Store>) async throws -> R
  ) async throws -> R {
    do {
      return try await body(snapshot())
    } catch let error as StoreError where isOvertaken(error) {
      return try await retryingOvertaken(error, body)
    }
  }

  /// Takes a snapshot to read at as long as it is kept: the state of this moment, whatever is committed later.
  ///
  /// It takes no locks and never conflicts, but the store must keep what it sees until its last copy is gone, or for as long as the
  /// store lets a snapshot live (`snapshotTooOld`). Throws `closed`, `limitExceeded`.
  ///
  /// Over a ``TwoPhaseStore``, which has no snapshots, the moment is that of the reads: each of them looks at all that was read before, and throws
  /// `snapshotTooOld` when some of it has changed. ``withSnapshot(_:)`` reads again then.
  public func snapshot() throws(StoreError) -> SnapshotTransaction<Store> {
    try SnapshotTransaction(locks)
  }
}
