// SPDX-License-Identifier: Apache-2.0

package import PanjeonStorage

/// What can be sent to a store's server, or come back from it.
package protocol WireValue {
  /// Appends the value.
  func encode(to encoder: inout WireEncoder)

  /// Reads a value, of which nothing is believed.
  init(from decoder: inout WireDecoder) throws(MalformedBytes)
}

extension WireValue {
  /// The value alone.
  package var encoded: [UInt8] {
    var encoder = WireEncoder()
    encode(to: &encoder)
    return encoder.bytes
  }

  /// Reads a value that takes all of the bytes.
  package init(decoding bytes: [UInt8]) throws(MalformedBytes) {
    var decoder = WireDecoder(bytes)
    try self.init(from: &decoder)
    guard decoder.isAtEnd else { throw MalformedBytes() }
  }
}
