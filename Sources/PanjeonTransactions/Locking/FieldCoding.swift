// SPDX-License-Identifier: Apache-2.0

internal import CPanjeonChecksum
internal import WideColumn

/// Writes integers, little-endian, and byte strings behind their sizes.
struct FieldEncoder {
  private var bytes: [UInt8] = []

  mutating func append<N: FixedWidthInteger>(_ number: N) {
    for shift in stride(from: 0, to: N.bitWidth, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: number >> N(shift)))
    }
  }

  mutating func append(_ field: Bytes) {
    append(UInt32(field.count))
    bytes += field
  }

  mutating func append(_ text: String) { append(Bytes(utf8: text)) }

  /// All that was written.
  var written: Bytes { Bytes(bytes) }

  /// All that was written, and its CRC-32C behind it.
  mutating func finishWithChecksum() -> Bytes {
    append(checksum(of: bytes[...]))
    return Bytes(bytes)
  }
}

/// Reads what a ``FieldEncoder`` has written, and believes no size that goes beyond the end.
struct FieldDecoder {
  private let bytes: Bytes
  private let end: Int
  private var place = 0

  /// How many bytes are left.
  var left: Int { end - place }

  init(_ bytes: Bytes) {
    self.bytes = bytes
    end = bytes.count
  }

  /// Begins with what has its checksum behind it; nil when it is not the one.
  init?(checked bytes: Bytes) {
    let size = MemoryLayout<UInt32>.size
    guard bytes.count >= size else { return nil }
    var trailer = FieldDecoder(bytes[(bytes.count - size)..<bytes.count])
    let body = Array(bytes[0..<(bytes.count - size)])
    guard trailer.integer() == checksum(of: body[...]) else { return nil }
    self.bytes = bytes
    end = bytes.count - size
  }

  mutating func byte() -> UInt8? { integer() }

  mutating func integer<N: FixedWidthInteger>() -> N? {
    let size = N.bitWidth / 8
    guard left >= size else { return nil }
    defer { place += size }
    return (0..<size).reversed().reduce(N.zero) { number, index in
      (size == 1 ? 0 : number << 8) | N(truncatingIfNeeded: bytes[place + index])
    }
  }

  mutating func field() -> Bytes? {
    guard let count: UInt32 = integer(), count <= left else { return nil }
    defer { place += Int(count) }
    return bytes[place..<(place + Int(count))]
  }

  mutating func text() -> String? { field()?.utf8String }
}

private func checksum(of bytes: ArraySlice<UInt8>) -> UInt32 {
  unsafe bytes.withUnsafeBytes { unsafe panjeon_crc32c(0, $0.baseAddress, $0.count) }
}
