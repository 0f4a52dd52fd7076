// SPDX-License-Identifier: Apache-2.0

/// Integers in LEB128: seven bits a byte, the lowest first.
enum Varint {
  /// How many bytes a number takes.
  @inline(always)
  static func length(_ value: Int) -> Int {
    var (rest, length) = (value >> 7, 1)
    while rest != 0 {
      rest >>= 7
      length += 1
    }
    return length
  }
}

extension [UInt8] {
  /// Appends an unsigned integer in LEB128: seven bits a byte, the lowest first; 1 to 10 bytes.
  package mutating func appendVarint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    append(UInt8(rest))
  }

  /// Appends 4 bytes, little-endian.
  package mutating func appendFixed32LE(_ value: UInt32) {
    unsafe Swift.withUnsafeBytes(of: value.littleEndian) { unsafe append(contentsOf: $0) }
  }

  /// Appends 8 bytes, little-endian.
  package mutating func appendFixed64LE(_ value: UInt64) {
    unsafe Swift.withUnsafeBytes(of: value.littleEndian) { unsafe append(contentsOf: $0) }
  }

  /// Appends a length as a varint, then the bytes.
  package mutating func appendLengthPrefixed(_ bytes: UnsafeRawBufferPointer) {
    appendVarint(UInt64(bytes.count))
    unsafe append(contentsOf: bytes)
  }
}
