// SPDX-License-Identifier: Apache-2.0

/// How far a run has come whose processes die, life after life.
package struct RunProgress: Sendable {
  /// How many lives there are at the most.
  static let livesMax = 1000
  /// How many processes of the history each life may use.
  static let processesPerLife = 1_000_000

  private let asked: Int
  private let clients: Int

  /// How many transactions have been begun.
  package private(set) var begun = 0
  /// The number of the next transaction; greater than any that has been begun.
  package private(set) var nextTransaction = 0
  /// How many lives there have been.
  package private(set) var lives = 0
  /// How many ended in a crash, after a transaction had been begun in them.
  package private(set) var crashes = 0
  /// How many ended in a crash before that.
  package private(set) var earlyCrashes = 0

  /// Begins.
  ///
  /// - Parameters:
  ///   - transactions: How many are to be begun.
  ///   - clients: How many run them.
  package init(transactions: Int, clients: Int) {
    asked = transactions
    self.clients = clients
  }

  /// How many transactions are still to be begun.
  package var remaining: Int { max(0, asked - begun) }

  /// Whether there is to be another life.
  package var goesOn: Bool { remaining > 0 && lives < Self.livesMax }

  /// The first process of the next life's history.
  package var firstProcess: Int { (lives + 1) * Self.processesPerLife }

  /// Takes note of a life.
  ///
  /// - Parameters:
  ///   - invoked: How many transactions were begun in it, as its history has it.
  ///   - isCrashed: Whether it ended in a crash.
  package mutating func note(invoked: Int, isCrashed: Bool) {
    lives += 1
    begun += invoked
    // Each client may have taken the number of one more than it has written down. Without any it has called nothing.
    if invoked > 0 { nextTransaction += invoked + clients }
    if !isCrashed { return }
    if invoked > 0 { crashes += 1 } else { earlyCrashes += 1 }
  }
}
