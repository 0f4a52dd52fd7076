// SPDX-License-Identifier: Apache-2.0

/// Thrown by ``ByteReader`` when bytes end too early or a number is malformed.
///
/// Carries nothing, so that throwing it costs nothing; the caller turns it into `corruption` with file and offset.
package struct MalformedBytes: Error {
  package init() {}
}

/// Decodes bytes that may be anything: each step checks what is left.
@safe package struct ByteReader {
  private let bytes: UnsafeRawBufferPointer
  package private(set) var offset = 0

  package init(_ bytes: UnsafeRawBufferPointer) {
    unsafe self.bytes = unsafe bytes
  }

  package var remaining: Int { unsafe bytes.count - offset }

  package var isAtEnd: Bool { remaining == 0 }

  package mutating func readByte() throws(MalformedBytes) -> UInt8 {
    guard remaining >= 1 else { throw MalformedBytes() }
    defer { offset += 1 }
    return unsafe bytes[offset]
  }

  package mutating func readFixed32LE() throws(MalformedBytes) -> UInt32 {
    guard remaining >= 4 else { throw MalformedBytes() }
    defer { offset += 4 }
    return unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self).littleEndian
  }

  package mutating func readFixed64LE() throws(MalformedBytes) -> UInt64 {
    guard remaining >= 8 else { throw MalformedBytes() }
    defer { offset += 8 }
    return unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self).littleEndian
  }

  /// Reads an unsigned integer in LEB128 of at most 10 bytes.
  package mutating func readVarint() throws(MalformedBytes) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      let byte = try readByte()
      let bits = UInt64(byte & 0x7F)
      guard shift < 63 || (shift == 63 && bits <= 1) else { throw MalformedBytes() }
      value |= bits << shift
      if byte < 0x80 { return value }
      shift += 7
    }
  }

  /// Reads a varint that counts bytes or things and must not exceed `max`.
  package mutating func readCount(max: Int) throws(MalformedBytes) -> Int {
    let value = try readVarint()
    guard value <= UInt64(max) else { throw MalformedBytes() }
    return Int(value)
  }

  /// Reads so many bytes, without copying them.
  package mutating func readBytes(_ count: Int) throws(MalformedBytes) -> UnsafeRawBufferPointer {
    guard count >= 0, remaining >= count else { throw MalformedBytes() }
    defer { offset += count }
    return unsafe UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + count)])
  }

  /// Reads bytes behind their length.
  package mutating func readLengthPrefixed() throws(MalformedBytes) -> UnsafeRawBufferPointer {
    let count = try readCount(max: remaining)
    return try unsafe readBytes(count)
  }
}
