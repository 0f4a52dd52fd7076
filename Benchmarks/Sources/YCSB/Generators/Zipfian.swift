// SPDX-License-Identifier: Apache-2.0

package import WideColumn

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Numbers from zero up, of which the first is the most frequent, by a power law.
///
/// Gray et al., "Quickly generating billion-record synthetic databases", SIGMOD 1994, with YCSB's
/// constant 0.99 unless told otherwise.
package struct Zipfian: Sendable {
  package static let constant = 0.99

  private let theta: Double
  private let zetaOfTwo: Double
  private let alpha: Double
  private var items: Int64
  package private(set) var zeta: Double
  package private(set) var eta: Double

  /// A generator of `items` numbers; `zeta` when it is known already.
  package init(items: Int64, theta: Double = constant, zeta: Double? = nil) {
    self.theta = theta
    self.items = items
    zetaOfTwo = Self.zeta(from: 0, to: 2, theta: theta, initial: 0)
    alpha = 1 / (1 - theta)
    self.zeta = zeta ?? Self.zeta(from: 0, to: items, theta: theta, initial: 0)
    eta = 0
    eta = computedEta()
  }

  /// The sum of 1/i^theta for i from `start` + 1 to `end`, added to `initial`.
  package static func zeta(
    from start: Int64, to end: Int64, theta: Double, initial: Double
  ) -> Double {
    var sum = initial
    var number = start
    while number < end {
      number += 1
      sum += 1 / pow(Double(number), theta)
    }
    return sum
  }

  private func computedEta() -> Double {
    (1 - pow(2 / Double(items), 1 - theta)) / (1 - zetaOfTwo / zeta)
  }

  /// Makes the range larger; what has been summed up is kept.
  package mutating func grow(to newItems: Int64) {
    guard newItems > items else { return }
    zeta = Self.zeta(from: items, to: newItems, theta: theta, initial: zeta)
    items = newItems
    eta = computedEta()
  }

  package var itemCount: Int64 { items }

  package func next(_ random: inout SplitMix64) -> Int64 {
    let uniform = Double.random(in: 0..<1, using: &random)
    let scaled = uniform * zeta
    if scaled < 1 { return 0 }
    if scaled < 1 + pow(0.5, theta) { return 1 }
    return Int64(Double(items) * pow(eta * uniform - eta + 1, alpha))
  }
}

/// Zipfian numbers spread over a range by a hash, so that the frequent ones are not neighbours.
///
/// As in YCSB drawn from ten billion, whatever the range, and folded into it.
package struct ScrambledZipfian: Sendable {
  private static let items: Int64 = 10_000_000_000
  private static let zeta = 26.46902820178302

  private let zipfian = Zipfian(items: items + 1, zeta: zeta)
  private let first: Int64
  private let count: Int64

  /// Numbers from `first` to `last`.
  package init(first: Int64, last: Int64) {
    self.first = first
    count = last - first + 1
  }

  package func next(_ random: inout SplitMix64) -> Int64 {
    first + fnvHash64(zipfian.next(&random)) % count
  }
}
