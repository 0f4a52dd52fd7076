// SPDX-License-Identifier: Apache-2.0

/// A small seeded generator of random numbers, the same on every platform.
///
/// SplitMix64 (Steele, Lea, Flood 2014, doi:10.1145/2660193.2660195).
public struct SplitMix64: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// Creates a generator; equal seeds give equal numbers.
  public init(seed: UInt64) {
    state = seed
  }

  /// The next random number.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A generator of its own, so that what one part of a test draws does not change what another does.
  public mutating func fork() -> SplitMix64 {
    SplitMix64(seed: next())
  }

}
