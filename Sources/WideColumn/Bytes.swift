// SPDX-License-Identifier: Apache-2.0

/// An owned, immutable byte string: a row key, a qualifier or a value.
///
/// A `Bytes` is a slice of a shared buffer, so that all cells of a row share one allocation. Order is
/// by unsigned byte, shorter first on a tie (what `memcmp` gives). Equality and hashing look at the
/// bytes only.
public struct Bytes: Sendable {
  package let storage: [UInt8]
  package let start: Int
  package let end: Int

  /// Creates an empty byte string.
  public init() {
    self.init([])
  }

  /// Creates a byte string that owns `bytes`, without copying them.
  public init(_ bytes: [UInt8]) {
    storage = bytes
    start = 0
    end = bytes.count
  }

  /// Creates a byte string from any sequence of bytes, in O(n).
  @inlinable
  public init(_ bytes: some Sequence<UInt8>) {
    self.init(Array(bytes))
  }

  /// Creates a byte string that holds the UTF-8 encoding of `string`.
  public init(utf8 string: String) {
    self.init(Array(string.utf8))
  }

  /// Creates a slice of a shared buffer.
  package init(sharing storage: [UInt8], from start: Int, to end: Int) {
    precondition(start >= 0 && start <= end && end <= storage.count, "slice outside its buffer")
    self.storage = storage
    self.start = start
    self.end = end
  }

  /// The same bytes, of their own where they are a slice so far behind in a buffer that 32 bits do not say where.
  package var nearby: Bytes { end > Int(Int32.max) ? Bytes(Array(self)) : self }

  /// The bytes decoded as UTF-8, or nil when they are not valid UTF-8.
  public var utf8String: String? {
    unsafe withUnsafeBytes { bytes in
      unsafe String(validating: bytes, as: UTF8.self)
    }
  }

  /// The smallest byte string greater than this one: the same bytes and a zero.
  public var successor: Bytes {
    Bytes(Array(self) + [0])
  }

  /// Calls `body` with the bytes, which must not escape it.
  @inlinable
  public func withUnsafeBytes<R, E: Error>(
    _ body: (UnsafeRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    let range = (lower: lowerBound, count: count)
    do {
      return try unsafe storageForAccess.withUnsafeBytes { buffer in
        try unsafe body(
          UnsafeRawBufferPointer(rebasing: buffer[range.lower..<(range.lower + range.count)]))
      }
    } catch let error as E {
      throw error
    } catch {
      preconditionFailure("a closure of typed throws threw another type")
    }
  }

  @usableFromInline var storageForAccess: [UInt8] { storage }
  @usableFromInline var lowerBound: Int { start }
}

extension Bytes: RandomAccessCollection {
  /// The position of the first byte: always zero.
  public var startIndex: Int { 0 }

  /// The number of bytes.
  public var endIndex: Int { end - start }

  /// The number of bytes.
  public var count: Int { end - start }

  /// The byte at `position`, counted from zero.
  ///
  /// - Precondition: `position` is at least zero and less than `count`.
  public subscript(position: Int) -> UInt8 {
    precondition(position >= 0 && position < count, "byte index out of range")
    return storage[start + position]
  }

  /// The bytes in `range`, sharing this buffer.
  ///
  /// - Precondition: `range` lies within `0..<count`.
  public subscript(range: Range<Int>) -> Bytes {
    Bytes(sharing: storage, from: start + range.lowerBound, to: start + range.upperBound)
  }
}

extension Bytes: Hashable, Comparable {
  /// Whether both hold the same bytes.
  public static func == (left: Bytes, right: Bytes) -> Bool {
    left.count == right.count && left.compare(to: right) == 0
  }

  /// Whether `left` sorts before `right` by unsigned byte.
  public static func < (left: Bytes, right: Bytes) -> Bool {
    left.compare(to: right) < 0
  }

  /// Feeds the bytes to `hasher`.
  public func hash(into hasher: inout Hasher) {
    unsafe withUnsafeBytes { bytes in
      unsafe hasher.combine(bytes: bytes)
    }
  }

  private func compare(to other: Bytes) -> Int {
    unsafe withUnsafeBytes { left in
      unsafe other.withUnsafeBytes { right in
        unsafe compareBytes(left, right)
      }
    }
  }
}

extension Bytes: ExpressibleByStringLiteral, ExpressibleByArrayLiteral {
  /// Creates the UTF-8 bytes of a string literal.
  public init(stringLiteral value: String) {
    self.init(utf8: value)
  }

  /// Creates a byte string from a literal list of bytes.
  public init(arrayLiteral elements: UInt8...) {
    self.init(elements)
  }
}

extension Bytes: CustomStringConvertible {
  /// The bytes as HBase's shell prints them: printable ASCII as it is, all else as `\x00`.
  public var description: String {
    var text = ""
    for byte in self {
      if byte >= 0x20, byte < 0x7F, byte != UInt8(ascii: "\\") {
        text.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        let digits = Array("0123456789ABCDEF")
        text += "\\x"
        text.append(digits[Int(byte >> 4)])
        text.append(digits[Int(byte & 15)])
      }
    }
    return text
  }
}
