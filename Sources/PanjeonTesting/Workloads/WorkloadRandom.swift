// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

extension SplitMix64 {
  /// The generator of one transaction of a workload: the same for a seed and a number, whatever the others have drawn.
  init(seed: UInt64, transaction number: Int, of purpose: UInt64 = 0) {
    // Through a generator of its own: neighbouring numbers must not give overlapping streams.
    var mixed = SplitMix64(
      seed: seed ^ (UInt64(bitPattern: Int64(number)) &* 0xD134_2543_DE82_EF95) ^ purpose << 56)
    self.init(seed: mixed.next())
  }
}

extension Array {
  /// The array cut into pieces of at most `count` elements.
  func pieces(of count: Int) -> [[Element]] {
    stride(from: 0, to: self.count, by: count).map { start in
      Array(self[start..<Swift.min(start + count, self.count)])
    }
  }
}
