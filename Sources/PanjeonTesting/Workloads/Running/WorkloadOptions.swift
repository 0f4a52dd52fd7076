// SPDX-License-Identifier: Apache-2.0

public import PanjeonTransactions
public import WideColumn

/// How a workload is run.
public struct WorkloadOptions: Sendable {
  /// How many transactions the clients begin together; by default 1,000.
  public var transactions = 1000

  /// The number of the first of them; more than zero for a run that goes on with another one.
  public var firstTransaction = 0

  /// How many clients there are; by default 8.
  public var clients = 8

  /// The number of the first process of the history; each client is one, until an outcome that it does not know ends it.
  public var firstProcess = 0

  /// What transactions ask to survive, one or the other by chance; by default all there is.
  public var durabilities = Durability.allCases

  /// Options of transactions; `durability` is chosen from `durabilities`.
  public var transaction = TransactionOptions()

  /// Decides about durabilities, snapshots, attempts, and transactions that are given up.
  public var seed: UInt64 = 0

  /// How many transactions out of a hundred throw an error of their own at their end, so that nothing of them may remain;
  /// by default 2.
  public var abortPercent = 2

  /// How many out of a hundred give up at the first conflict; by default 10.
  public var singleAttemptPercent = 10

  /// How many errors of the store one client meets in a row before it gives up; by default 50.
  public var errorsInARowMax = 50

  /// Is called whenever a transaction of a client has ended.
  public var onEnd: (@Sendable () -> Void)?

  /// What a client does between two transactions, told how many errors of the store it has met in a row; by default nothing.
  ///
  /// What it throws ends the client.
  public var pause: (@Sendable (_ errorsInARow: Int) async throws -> Void)?

  /// Creates the default options.
  public init() {}
}

/// What came of a run.
public struct WorkloadCounts: Hashable, Sendable {
  /// Transactions that committed.
  public var ok = 0
  /// Transactions that surely did not happen.
  public var fail = 0
  /// Transactions that may have happened.
  public var info = 0
  /// Errors of the store, by code, those of conflicts and unanswered commits aside.
  public var errors: [String: Int] = [:]
  /// What was read that no workload writes.
  public var malformed: [String] = []

  /// Nothing so far.
  public init() {}

  /// All transactions.
  public var transactions: Int { ok + fail + info }

  /// Adds what came of another run.
  public mutating func add(_ other: WorkloadCounts) {
    ok += other.ok
    fail += other.fail
    info += other.info
    errors.merge(other.errors, uniquingKeysWith: +)
    malformed += other.malformed
  }
}
