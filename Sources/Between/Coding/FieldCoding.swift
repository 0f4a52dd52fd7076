// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Encodes and decodes the fields of a record in the wire format of Protocol Buffers.
///
/// That format because a reader can step over a field it does not know and keep it: a server of yesterday that
/// reads and writes back a record of today loses nothing. (Between's Thrift records lost such fields during rolling
/// updates.) Wire types used: 0, a varint; 2, bytes behind their length.
struct FieldWriter {
  private(set) var bytes: [UInt8] = []

  mutating func append(_ field: UInt64, _ number: UInt64) {
    if number == 0 { return }
    appendVarint(field << 3)
    appendVarint(number)
  }

  mutating func append(_ field: UInt64, _ value: Bytes) {
    if value.isEmpty { return }
    appendVarint(field << 3 | 2)
    appendVarint(UInt64(value.count))
    unsafe value.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
  }

  mutating func append(unknown fields: Bytes) {
    unsafe fields.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
  }

  private mutating func appendVarint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}

/// The fields of a stored record, in their order.
struct FieldReader {
  enum Value {
    case number(UInt64)
    case bytes(Bytes)
  }

  private let source: Bytes
  private var offset = 0

  /// What the record's reader did not ask for, to be written back as it was.
  private(set) var unknown: [UInt8] = []

  init(_ source: Bytes) {
    self.source = source
  }

  /// Calls `body` for each field; a field for which it returns false is kept as unknown.
  ///
  /// Throws `malformedRecord`.
  mutating func readAll(_ body: (UInt64, Value) -> Bool) throws(BetweenError) {
    while offset < source.count {
      let start = offset
      let tag = try readVarint()
      let value: Value?
      switch tag & 7 {
      case 0: value = .number(try readVarint())
      case 1: value = try skip(8)
      case 2:
        let count = try readVarint()
        guard count <= UInt64(source.count - offset) else { throw .malformedRecord }
        value = .bytes(source[offset..<(offset + Int(count))])
        offset += Int(count)
      case 5: value = try skip(4)
      default: throw .malformedRecord
      }
      let isKnown = value.map { body(tag >> 3, $0) } ?? false
      if !isKnown { unknown.append(contentsOf: source[start..<offset]) }
    }
  }

  private mutating func skip(_ count: Int) throws(BetweenError) -> Value? {
    guard source.count - offset >= count else { throw .malformedRecord }
    offset += count
    return nil
  }

  private mutating func readVarint() throws(BetweenError) -> UInt64 {
    var value: UInt64 = 0
    for shift in 0..<10 {
      guard offset < source.count else { throw .malformedRecord }
      let byte = source[offset]
      offset += 1
      value |= UInt64(byte & 0x7F) << UInt64(shift * 7)
      if byte < 0x80 { return value }
    }
    throw .malformedRecord
  }
}
