// SPDX-License-Identifier: Apache-2.0

/// How quickly a volume answers reads: a moving average, and how many reads are under way.
package struct ReadLatency: Sendable {
  /// What is expected of a volume before it has been read from, in nanoseconds.
  private let prior: Double

  /// After so long without a read, half of what is known of it is forgotten, so that a volume that was slow is tried again.
  private static let halfLifeNanoseconds = 10e9

  package private(set) var average: Double
  private var underWay = 0
  private var lastNanoseconds: UInt64 = 0

  package init(of storageClass: Volume.StorageClass) {
    prior = storageClass == .ephemeral ? 100_000 : 1_000_000
    average = prior
  }

  package mutating func begin() {
    underWay += 1
  }

  package mutating func end(nanoseconds: UInt64, at now: UInt64) {
    underWay = max(0, underWay - 1)
    average = faded(at: now)
    average += (Double(nanoseconds) - average) / 8
    lastNanoseconds = now
  }

  /// What the next read is expected to take: the average, once for each read before it.
  package func expected(at now: UInt64) -> Double {
    faded(at: now) * Double(underWay + 1)
  }

  private func faded(at now: UInt64) -> Double {
    guard lastNanoseconds > 0, now > lastNanoseconds else { return average }
    let halfLives = Double(now - lastNanoseconds) / Self.halfLifeNanoseconds
    // Half of the distance to the prior for each half-life, without an exponential: near enough, and never beyond.
    return prior + (average - prior) / (1 + halfLives)
  }
}
