// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
package import WideColumn

/// Writes values one behind the other.
package struct WireEncoder {
  /// What has been written.
  package private(set) var bytes: [UInt8] = []

  /// How many things its lists hold.
  package private(set) var elementCount = 0

  /// Creates an encoder that has written nothing.
  package init() {}

  /// Whether a decoder will take it.
  package var isWithinBounds: Bool {
    bytes.count <= WireFormat.payloadBytesMax && elementCount <= WireFormat.elementsMax
  }

  package mutating func append(byte: UInt8) { bytes.append(byte) }

  package mutating func append(_ flag: Bool) { bytes.append(flag ? 1 : 0) }

  package mutating func append(_ number: UInt64) { bytes.appendVarint(number) }

  /// Appends a number of either sign: 0, -1, 1, -2 as 0, 1, 2, 3.
  package mutating func append(_ number: Int64) {
    bytes.appendVarint(UInt64(bitPattern: number << 1 ^ number >> 63))
  }

  package mutating func append(_ number: Int) { append(Int64(number)) }

  package mutating func append(_ text: String) {
    append(UInt64(text.utf8.count))
    bytes.append(contentsOf: text.utf8)
  }

  /// Appends bytes without their length.
  package mutating func append(raw other: Bytes) {
    bytes.append(contentsOf: other.storage[other.start..<other.end])
  }

  /// Appends bytes without their length.
  package mutating func append(raw other: [UInt8]) { bytes.append(contentsOf: other) }

  package mutating func append(_ value: some WireValue) { value.encode(to: &self) }

  package mutating func append(_ value: (some WireValue)?) {
    append(value != nil)
    if let value { append(value) }
  }

  package mutating func append(_ values: [some WireValue]) {
    append(UInt64(values.count))
    elementCount += values.count
    for value in values { append(value) }
  }
}
