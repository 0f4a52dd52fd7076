// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// The random id of a root object: 16 bytes, the row key, so that load spreads over regions.
public struct ObjectID: Hashable, Sendable, CustomStringConvertible {
  /// The 16 bytes.
  public let bytes: Bytes

  /// Creates an id from 16 bytes; nil for any other number.
  public init?(_ bytes: Bytes) {
    guard bytes.count == 16 else { return nil }
    self.bytes = bytes
  }

  /// Creates a random id.
  public init(using generator: inout some RandomNumberGenerator) {
    var bytes: [UInt8] = []
    for _ in 0..<2 {
      let half: UInt64 = generator.next()
      for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: half >> UInt64(56 - shift * 8))) }
    }
    self.bytes = Bytes(bytes)
  }

  /// The bytes, as HBase's shell prints them.
  public var description: String { bytes.description }
}
