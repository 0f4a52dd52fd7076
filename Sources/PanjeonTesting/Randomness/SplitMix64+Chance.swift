// SPDX-License-Identifier: Apache-2.0

public import WideColumn

extension SplitMix64 {
  /// True with the given probability.
  public mutating func chance(_ probability: Double) -> Bool {
    Double.random(in: 0..<1, using: &self) < probability
  }

  /// A random number below `bound`, which must be positive.
  public mutating func below(_ bound: Int) -> Int {
    Int.random(in: 0..<bound, using: &self)
  }
}
