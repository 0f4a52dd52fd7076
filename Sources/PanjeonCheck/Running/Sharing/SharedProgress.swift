// SPDX-License-Identifier: Apache-2.0

/// Which transactions the processes of a run have begun that share a store, and which are still to be begun.
///
/// Each life of a process takes some numbers; those that it did not begin are given to others under new ones.
package struct SharedProgress {
  private let asked: Int
  private var inFlight = 0

  /// How many transactions have been begun in lives that are over.
  package private(set) var begun = 0
  /// The number of the next transaction; greater than any that has been begun.
  package private(set) var nextTransaction = 0

  /// Begins.
  ///
  /// - Parameter transactions: How many are to be begun.
  package init(transactions: Int) {
    asked = transactions
  }

  /// How many are neither begun nor with a process.
  package var left: Int { max(0, asked - begun - inFlight) }

  /// Whether all have been begun, in lives that are over.
  package var isOver: Bool { begun >= asked }

  /// Takes numbers for a life.
  ///
  /// - Parameter most: How many at the most.
  /// - Returns: The numbers; none when others have all that are left.
  package mutating func take(_ most: Int) -> Range<Int> {
    let count = min(most, left)
    defer {
      nextTransaction += count
      inFlight += count
    }
    return nextTransaction..<nextTransaction + count
  }

  /// Takes note of the end of a life.
  ///
  /// - Parameters:
  ///   - taken: The numbers that it took.
  ///   - begun: How many transactions it has begun.
  package mutating func giveBack(_ taken: Range<Int>, begun: Int) {
    inFlight -= taken.count
    self.begun += begun
  }
}
