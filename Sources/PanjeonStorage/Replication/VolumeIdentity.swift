// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Which volume this is, wherever it is mounted and whatever it is called: 128 random bits.
package struct VolumeIdentity: Hashable, Sendable, CustomStringConvertible {
  package var high: UInt64
  package var low: UInt64

  package init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Draws an identity.
  ///
  /// - Parameter randomNumber: Where random bits come from.
  package init(_ randomNumber: () -> UInt64) {
    self.init(high: randomNumber(), low: randomNumber())
  }

  /// The identity as 32 hexadecimal digits.
  package var description: String { high.hexadecimalDigits + low.hexadecimalDigits }
}
