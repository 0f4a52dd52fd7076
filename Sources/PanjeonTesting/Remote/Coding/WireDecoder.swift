// SPDX-License-Identifier: Apache-2.0

package import PanjeonStorage
package import WideColumn

/// Reads values one behind the other from bytes that may be anything.
///
/// No length is believed beyond the end of the bytes, and lists and filters are bounded by ``WireFormat``.
package struct WireDecoder {
  /// All of the bytes; what is decoded shares them.
  package let bytes: [UInt8]

  /// Where it is.
  package private(set) var offset: Int

  private var elementsLeft = WireFormat.elementsMax
  private var filtersLeft = WireFormat.filterNodesMax
  private var filterDepth = 0

  /// Creates a decoder of some bytes from an offset on.
  package init(_ bytes: [UInt8], from offset: Int = 0) {
    self.bytes = bytes
    self.offset = min(max(offset, 0), bytes.count)
  }

  package var isAtEnd: Bool { offset == bytes.count }

  package mutating func byte() throws(MalformedBytes) -> UInt8 {
    guard offset < bytes.count else { throw MalformedBytes() }
    defer { offset += 1 }
    return bytes[offset]
  }

  package mutating func flag() throws(MalformedBytes) -> Bool {
    switch try byte() {
    case 0: false
    case 1: true
    default: throw MalformedBytes()
    }
  }

  package mutating func unsigned() throws(MalformedBytes) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      let byte = try byte()
      let bits = UInt64(byte & 0x7F)
      guard shift < 63 || (shift == 63 && bits <= 1) else { throw MalformedBytes() }
      value |= bits << shift
      if byte < 0x80 { return value }
      shift += 7
    }
  }

  package mutating func signed() throws(MalformedBytes) -> Int64 {
    let value = try unsigned()
    return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
  }

  package mutating func integer() throws(MalformedBytes) -> Int {
    guard let number = Int(exactly: try signed()) else { throw MalformedBytes() }
    return number
  }

  /// A number of things or bytes, each of which takes a byte or more of what is left.
  package mutating func count() throws(MalformedBytes) -> Int {
    let value = try unsigned()
    guard value <= UInt64(bytes.count - offset) else { throw MalformedBytes() }
    return Int(value)
  }

  /// So many bytes, by their place.
  package mutating func raw(_ count: Int) throws(MalformedBytes) -> Range<Int> {
    guard count >= 0, count <= bytes.count - offset else { throw MalformedBytes() }
    defer { offset += count }
    return offset..<(offset + count)
  }

  package mutating func text() throws(MalformedBytes) -> String {
    let place = try raw(try count())
    guard let text = String(validating: bytes[place], as: UTF8.self) else { throw MalformedBytes() }
    return text
  }

  package mutating func value<V: WireValue>(
    _ type: V.Type = V.self
  ) throws(MalformedBytes) -> V { try V(from: &self) }

  package mutating func optional<V: WireValue>(
    _ type: V.Type = V.self
  ) throws(MalformedBytes) -> V? { try flag() ? try V(from: &self) : nil }

  package mutating func list<V: WireValue>(
    _ type: V.Type = V.self
  ) throws(MalformedBytes) -> [V] {
    let count = try count()
    guard count <= elementsLeft else { throw MalformedBytes() }
    elementsLeft -= count
    var values: [V] = []
    for _ in 0..<count { values.append(try V(from: &self)) }
    return values
  }

  /// Reads a filter, and counts it and how deep it lies.
  package mutating func filter(
    _ read: (inout WireDecoder) throws(MalformedBytes) -> Filter
  ) throws(MalformedBytes) -> Filter {
    guard filtersLeft > 0, filterDepth < WireFormat.filterDepthMax else { throw MalformedBytes() }
    filtersLeft -= 1
    filterDepth += 1
    defer { filterDepth -= 1 }
    return try read(&self)
  }
}
