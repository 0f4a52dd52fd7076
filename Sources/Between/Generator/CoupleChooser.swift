// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Draws couples.
struct CoupleChooser: Sendable {
  private let couples: Int
  /// For each couple, the share of it and all before it; empty when all have the same.
  private var shares: [Double] = []

  init(_ options: LifeOptions) {
    couples = options.couples
    guard options.distribution == .zipfian else { return }
    shares.reserveCapacity(couples)
    var sum = 0.0
    for rank in 1...couples {
      sum += 1 / Double(rank)
      shares.append(sum)
    }
  }

  func next(using random: inout SplitMix64) -> Int {
    guard let sum = shares.last else { return Int.random(in: 0..<couples, using: &random) }
    // 53 bits, as many as a double keeps.
    let drawn = Double(random.next() >> 11) / Double(1 << 53) * sum
    var (low, high) = (0, couples - 1)
    while low < high {
      let middle = (low + high) / 2
      if shares[middle] <= drawn { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
