// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// What a stored cell is.
///
/// The raw values are part of the format; see the page *Formats/CellKeyFormat*.
package enum CellKind: UInt8, Sendable {
  /// A value.
  case put = 1

  /// Hides the one version with its timestamp.
  case deleteVersion = 2

  /// Hides the column's versions up to its timestamp.
  case deleteColumn = 3

  /// Hides the family's cells up to its timestamp.
  case deleteFamily = 4

  /// Hides the version of each of the family's columns that has its timestamp.
  case deleteFamilyVersion = 5

  /// A value with a time to live of its own, which stands in front of it; see ``ExpiringValue``.
  case expiringPut = 6

  /// Whether a stored cell of this kind is a value, and not the delete of one.
  @inline(always)
  package static func isPut(_ kind: UInt8) -> Bool {
    kind == put.rawValue || kind == expiringPut.rawValue
  }

  /// Whether it stands for a whole family, before the family's columns.
  package var isOfFamily: Bool { self == .deleteFamily || self == .deleteFamilyVersion }
}

/// The encoded key of a cell within its row, compared by `memcmp`.
///
/// Grammar (page *Formats/CellKeyFormat*):
///
///     cell-key   = family ( family-part / column-part ) order kind
///     family     = 1 byte                  ; the family's number; the lock family is 0
///     family-part= %x00                    ; a delete in the whole family: sorts first in it
///     column-part= %x01 escaped %x00 %x00  ; in the qualifier each 00 is written 00 FF
///     order      = inverted-timestamp inverted-sequence   ; 8 + 8 bytes, big-endian
///     kind       = 1 byte
///
/// The inverted timestamp is the complement of the timestamp with its sign bit flipped, so that newer comes
/// first; the inverted sequence is the complement of the sequence number.
package enum CellKey {
  /// The bytes after the column part: timestamp, sequence and kind.
  package static let suffixBytes = 17

  /// The shortest possible key: family, part, suffix.
  package static let bytesMin = 2 + suffixBytes

  /// The number of the family of locks, in every table that has one.
  package static let lockFamily: UInt8 = 0

  /// The part byte of a family delete.
  package static let familyPart: UInt8 = 0

  /// The part byte of a cell of a column.
  package static let columnPart: UInt8 = 1

  /// Appends the key of a cell of a column.
  package static func append(
    family: UInt8, qualifier: UnsafeRawBufferPointer, timestamp: Int64, sequence: UInt64,
    kind: CellKind, to key: inout [UInt8]
  ) {
    unsafe appendColumnPrefix(family: family, qualifier: qualifier, to: &key)
    appendSuffix(timestamp: timestamp, sequence: sequence, kind: kind, to: &key)
  }

  /// Appends the key of a family delete.
  package static func appendFamilyDelete(
    family: UInt8, timestamp: Int64, sequence: UInt64, kind: CellKind = .deleteFamily,
    to key: inout [UInt8]
  ) {
    key.append(family)
    key.append(familyPart)
    appendSuffix(timestamp: timestamp, sequence: sequence, kind: kind, to: &key)
  }

  /// Appends what all versions of a column begin with.
  package static func appendColumnPrefix(
    family: UInt8, qualifier: UnsafeRawBufferPointer, to key: inout [UInt8]
  ) {
    key.append(family)
    key.append(columnPart)
    unsafe appendEscaped(qualifier, to: &key)
    key.append(0)
    key.append(0)
  }

  /// Appends `bytes` with each zero followed by FF, so that a terminator of two zeros sorts first.
  package static func appendEscaped(_ bytes: UnsafeRawBufferPointer, to key: inout [UInt8]) {
    if unsafe !bytes.hasZero { return unsafe key.append(contentsOf: bytes) }
    for index in 0..<bytes.count {
      let byte = unsafe bytes[index]
      key.append(byte)
      if byte == 0 { key.append(0xFF) }
    }
  }

  /// Appends timestamp, sequence and kind.
  package static func appendSuffix(
    timestamp: Int64, sequence: UInt64, kind: CellKind, to key: inout [UInt8]
  ) {
    let inverted = ~(UInt64(bitPattern: timestamp) ^ (1 << 63))
    unsafe withUnsafeBytes(of: inverted.bigEndian) { unsafe key.append(contentsOf: $0) }
    unsafe withUnsafeBytes(of: (~sequence).bigEndian) { unsafe key.append(contentsOf: $0) }
    key.append(kind.rawValue)
  }

  /// The number of the family of an encoded key.
  ///
  /// - Precondition: The key holds at least `bytesMin` bytes (checked where bytes come from disk).
  @inline(always)
  package static func family(_ key: UnsafeRawBufferPointer) -> UInt8 {
    unsafe key[0]
  }

  /// The timestamp of an encoded key.
  @inline(always)
  package static func timestamp(_ key: UnsafeRawBufferPointer) -> Int64 {
    let raw = unsafe key.loadUnaligned(fromByteOffset: key.count - suffixBytes, as: UInt64.self)
    return Int64(bitPattern: ~UInt64(bigEndian: raw) ^ (1 << 63))
  }

  /// The sequence number of an encoded key.
  @inline(always)
  package static func sequence(_ key: UnsafeRawBufferPointer) -> UInt64 {
    let raw = unsafe key.loadUnaligned(fromByteOffset: key.count - 9, as: UInt64.self)
    return ~UInt64(bigEndian: raw)
  }

  /// The raw kind of an encoded key; a value that is no ``CellKind`` is corruption.
  @inline(always)
  package static func kind(_ key: UnsafeRawBufferPointer) -> UInt8 {
    unsafe key[key.count - 1]
  }

  /// Whether a key comes before another; the first eight bytes, in which those of short qualifiers differ, are compared at once.
  ///
  /// - Precondition: Both keys hold at least `bytesMin` bytes (checked where bytes come from disk).
  @inline(always)
  static func isBefore(_ key: UnsafeRawBufferPointer, _ other: UnsafeRawBufferPointer) -> Bool {
    let word = unsafe UInt64(bigEndian: key.loadUnaligned(as: UInt64.self))
    let otherWord = unsafe UInt64(bigEndian: other.loadUnaligned(as: UInt64.self))
    if word != otherWord { return word < otherWord }
    return unsafe compareBytes(key, other) < 0
  }

  /// Family and column without timestamp, sequence and kind: equal for all versions of a column.
  @inline(always)
  package static func columnPrefix(_ key: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(rebasing: key[0..<(key.count - suffixBytes)])
  }

  /// Appends the qualifier of a key, with its escapes undone.
  ///
  /// - Precondition: The key is of a column (its second byte is `columnPart`).
  package static func appendQualifier(of key: UnsafeRawBufferPointer, to bytes: inout [UInt8]) {
    let end = key.count - suffixBytes - 2
    let escaped = unsafe UnsafeRawBufferPointer(rebasing: key[2..<end])
    if unsafe !escaped.hasZero { return unsafe bytes.append(contentsOf: escaped) }
    var index = 2
    while index < end {
      let byte = unsafe key[index]
      bytes.append(byte)
      index += byte == 0 ? 2 : 1
    }
  }

  /// Copies the qualifier of a key of a column, with its escapes undone; returns how many bytes it has.
  ///
  /// - Precondition: There is room for the key without its suffix.
  @inline(always)
  static func copyQualifier(
    of key: UnsafeRawBufferPointer, to room: UnsafeMutableRawBufferPointer, at start: Int
  ) -> Int {
    let escaped = unsafe UnsafeRawBufferPointer(rebasing: key[2..<(key.count - suffixBytes - 2)])
    // A few bytes as one word, with those behind them, which the rest of the key and of the room allow for.
    if escaped.count <= 8, start + 8 <= room.count {
      let word = unsafe key.loadUnaligned(fromByteOffset: 2, as: UInt64.self).littleEndian
      let beyond = escaped.count == 8 ? 0 : UInt64.max << UInt64(escaped.count * 8)
      if !(word | beyond).hasZeroByte {
        unsafe room.storeBytes(of: word.littleEndian, toByteOffset: start, as: UInt64.self)
        return escaped.count
      }
    } else if unsafe !escaped.hasZero {
      unsafe UnsafeMutableRawBufferPointer(rebasing: room[start...]).copyMemory(from: escaped)
      return escaped.count
    }
    var end = start
    var index = 0
    while index < escaped.count {
      let byte = unsafe escaped[index]
      unsafe room[end] = byte
      end += 1
      index += byte == 0 ? 2 : 1
    }
    return end - start
  }

  /// Whether a cell from disk could have been written: its key is well-formed and its value fits its kind.
  package static func isWellFormedCell(
    key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer
  ) -> Bool {
    guard unsafe isWellFormed(key) else { return false }
    return unsafe kind(key) != CellKind.expiringPut.rawValue || ExpiringValue.isWellFormed(value)
  }

  /// Whether `key` could have been encoded by this type: lengths, parts, escapes, terminator and kind.
  ///
  /// For bytes from disk, once per block; everything after relies on it.
  package static func isWellFormed(_ key: UnsafeRawBufferPointer) -> Bool {
    guard key.count >= bytesMin, let kind = unsafe CellKind(rawValue: kind(key)) else {
      return false
    }
    let end = key.count - suffixBytes
    if unsafe key[1] == familyPart { return end == 2 && kind.isOfFamily }
    guard unsafe key[1] == columnPart, end >= 4, !kind.isOfFamily else { return false }
    guard unsafe key[end - 1] == 0, unsafe key[end - 2] == 0 else { return false }
    var index = 2
    while index < end - 2 {
      if unsafe key[index] == 0 {
        guard index + 1 < end - 2, unsafe key[index + 1] == 0xFF else { return false }
        index += 2
      } else {
        index += 1
      }
    }
    return true
  }
}

extension UInt64 {
  /// Whether one of its eight bytes is zero (Mycroft, 1987).
  fileprivate var hasZeroByte: Bool {
    (self &- 0x0101_0101_0101_0101) & ~self & 0x8080_8080_8080_8080 != 0
  }
}
