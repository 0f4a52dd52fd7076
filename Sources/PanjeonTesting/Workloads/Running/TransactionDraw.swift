// SPDX-License-Identifier: Apache-2.0

internal import PanjeonTransactions
internal import WideColumn

/// What chance decides about one transaction, beside what it does.
struct TransactionDraw {
  var options: TransactionOptions
  /// Whether it reads at a snapshot, if it only reads.
  var isSnapshot = false
  /// Whether it throws at its end.
  var isAborted = false
  /// Whether others have their turn between its operations.
  var isInterleaved = false

  /// Nothing by chance.
  init(_ options: TransactionOptions) {
    self.options = options
  }

  /// Drawn for the transaction of a number.
  init(_ workload: WorkloadOptions, transaction number: Int) {
    var random = SplitMix64(seed: workload.seed, transaction: number, of: 1)
    options = workload.transaction
    if !workload.durabilities.isEmpty {
      options.durability = workload.durabilities[random.below(workload.durabilities.count)]
    }
    isSnapshot = random.below(2) == 0
    isInterleaved = random.below(2) == 0
    isAborted = random.below(100) < workload.abortPercent
    if random.below(100) < workload.singleAttemptPercent { options.attemptsMax = 1 }
  }
}

/// The error by which a transaction gives itself up.
struct TransactionGivenUp: Error {}
