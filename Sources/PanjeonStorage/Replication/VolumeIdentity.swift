// SPDX-License-Identifier: Apache-2.0

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
  package var description: String { [high, low].map(Self.digits).joined() }

  private static func digits(_ half: UInt64) -> String {
    let digits = String(half, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
