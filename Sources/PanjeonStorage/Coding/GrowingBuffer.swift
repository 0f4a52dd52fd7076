// SPDX-License-Identifier: Apache-2.0

/// Bytes that are appended to, emptied and appended to again.
///
/// What an array would be, but that the memory is not set to zeros first, stays when it is emptied, and can be written to in place.
@safe package struct GrowingBuffer: ~Copyable {
  private var base: UnsafeMutableRawPointer
  private var capacity: Int
  package private(set) var count = 0

  package init(capacity: Int = 64) {
    self.capacity = max(capacity, 64)
    unsafe base = UnsafeMutableRawPointer.allocate(byteCount: self.capacity, alignment: 16)
  }

  deinit {
    unsafe base.deallocate()
  }

  /// The bytes; valid until the next is appended.
  package var bytes: UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(start: base, count: count)
  }

  /// The room for so many more bytes behind what there is; they count once ``grow(by:)`` says so.
  package mutating func room(_ more: Int) -> UnsafeMutableRawBufferPointer {
    if count + more > capacity { reallocate(count + more) }
    return unsafe UnsafeMutableRawBufferPointer(start: base + count, count: more)
  }

  /// Counts bytes that have been written to the room.
  package mutating func grow(by more: Int) {
    precondition(more >= 0 && count + more <= capacity, "more bytes than there was room for")
    count += more
  }

  package mutating func append(_ bytes: UnsafeRawBufferPointer) {
    unsafe room(bytes.count).copyMemory(from: bytes)
    count += bytes.count
  }

  package mutating func append(_ byte: UInt8) {
    unsafe room(1)[0] = byte
    count += 1
  }

  package mutating func appendFixed32LE(_ value: UInt32) {
    unsafe room(4).storeBytes(of: value.littleEndian, as: UInt32.self)
    count += 4
  }

  /// Appends an unsigned integer as an array does.
  package mutating func appendVarint(_ value: UInt64) {
    let room = unsafe room(10)
    var (rest, length) = (value, 0)
    while rest >= 0x80 {
      unsafe room[length] = UInt8(truncatingIfNeeded: rest) | 0x80
      rest >>= 7
      length += 1
    }
    unsafe room[length] = UInt8(rest)
    count += length + 1
  }

  /// Writes over four bytes.
  package mutating func setFixed32LE(_ value: UInt32, at offset: Int) {
    precondition(offset >= 0 && offset + 4 <= count, "there are no such bytes")
    unsafe base.storeBytes(of: value.littleEndian, toByteOffset: offset, as: UInt32.self)
  }

  /// Forgets all bytes from a place on; the memory stays.
  package mutating func removeAll(from offset: Int = 0) {
    precondition(offset >= 0 && offset <= count, "there are fewer bytes")
    count = offset
  }

  private mutating func reallocate(_ needed: Int) {
    let grown = max(needed, capacity * 2)
    let other = UnsafeMutableRawPointer.allocate(byteCount: grown, alignment: 16)
    unsafe other.copyMemory(from: base, byteCount: count)
    unsafe base.deallocate()
    unsafe base = unsafe other
    capacity = grown
  }
}
