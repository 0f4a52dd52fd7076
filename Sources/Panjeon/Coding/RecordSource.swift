// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Why an item is not the value that was asked for.
enum ValueFailure: Error {
  /// It is null.
  case missing
  /// It is of another kind.
  case mismatch
  /// It is of the right kind, and cannot be the value.
  case corrupted(String)
}

/// A record that was checked, and from which values are read.
final class RecordSource {
  let bytes: [UInt8]
  let start: Int
  let isDeterministic: Bool
  let keysAscend: Bool
  let hasTextKeys: Bool
  let userInfo: [CodingUserInfoKey: any Sendable]

  init(_ record: Bytes, userInfo: [CodingUserInfoKey: any Sendable]) throws(DecodingError) {
    bytes = record.storage
    start = record.start
    self.userInfo = userInfo
    do throws(MalformedRecord) {
      let check = try RecordCheck(bytes, in: record.start..<record.end)
      isDeterministic = check.isDeterministic
      keysAscend = check.keysAscend
      hasTextKeys = check.hasTextKeys
    } catch {
      throw DecodingError(
        MalformedRecord(error.reason, at: error.offset - record.start), codingPath: [])
    }
  }

  /// How the key at an offset compares with an integer or a text: less than, equal to or greater than zero.
  func compareKey(
    at offset: Int, _ kind: ItemKind, _ argument: UInt64, text: UnsafeBufferPointer<UInt8>
  ) -> Int {
    let head = bytes.itemHead(at: offset)
    if head.kind != kind { return head.kind.rawValue < kind.rawValue ? -1 : 1 }
    if head.argument != argument { return head.argument < argument ? -1 : 1 }
    var offset = head.end
    // As many bytes as the text has, of which the argument is the length.
    for place in text.indices {
      let byte = unsafe text[place]
      if bytes[offset] != byte { return bytes[offset] < byte ? -1 : 1 }
      offset += 1
    }
    return 0
  }

  func isNull(at offset: Int) -> Bool {
    let byte = bytes[bytes.untagged(at: offset)]
    return byte == RecordFormat.nullByte || byte == RecordFormat.undefinedByte
  }

  /// What is there instead of what was asked for.
  private func failure(at offset: Int) -> ValueFailure {
    isNull(at: offset) ? .missing : .mismatch
  }

  func bool(at offset: Int) throws(ValueFailure) -> Bool {
    switch bytes[bytes.untagged(at: offset)] {
    case RecordFormat.trueByte: true
    case RecordFormat.falseByte: false
    default: throw failure(at: offset)
    }
  }

  func text(at offset: Int) throws(ValueFailure) -> String {
    let head = bytes.itemHead(at: bytes.untagged(at: offset))
    guard head.kind == .text else { throw failure(at: offset) }
    return bytes.text(of: head)
  }

  /// Where the bytes are of an item that is some.
  func byteRange(at offset: Int) throws(ValueFailure) -> Range<Int> {
    let head = bytes.itemHead(at: bytes.untagged(at: offset))
    guard head.kind == .bytes else { throw failure(at: offset) }
    return head.end..<(head.end + head.count)
  }

  func integer<Value: FixedWidthInteger>(
    _ type: Value.Type, at offset: Int
  ) throws(ValueFailure) -> Value {
    var head = bytes.itemHead(at: offset)
    var tag: UInt64?
    while head.kind == .tag {
      tag = head.argument
      head = bytes.itemHead(at: head.end)
    }
    let value: Value?
    switch head.kind {
    case .unsigned:
      value = Value(exactly: head.argument)
    case .negative:
      value = Value(exactly: ~Int128(head.argument))
    case .bytes where tag == RecordFormat.bignumTag:
      value = magnitude(of: head).flatMap { Value(exactly: $0) }
    case .bytes where tag == RecordFormat.negativeBignumTag:
      value = magnitude(of: head).flatMap { Int128(exactly: $0) }.flatMap { Value(exactly: ~$0) }
    default:
      throw failure(at: offset)
    }
    guard let value else { throw .corrupted("the number is out of the range of \(type)") }
    return value
  }

  private func magnitude(of head: ItemHead) -> UInt128? {
    var value: UInt128 = 0
    for byte in bytes[head.end..<(head.end + head.count)] {
      if value >> 120 != 0 { return nil }
      value = value << 8 | UInt128(byte)
    }
    return value
  }

  func double(at offset: Int) throws(ValueFailure) -> Double {
    let head = bytes.itemHead(at: bytes.untagged(at: offset))
    switch (head.kind, head.info) {
    case (.simple, 27): return Double(bitPattern: head.argument)
    case (.simple, 26): return Double(Float(bitPattern: UInt32(head.argument)))
    case (.simple, 25): return Double(halfBits: UInt16(head.argument))
    case (.unsigned, _): return Double(head.argument)
    case (.negative, _): return Double(~Int128(head.argument))
    default: throw failure(at: offset)
    }
  }

  func float(at offset: Int) throws(ValueFailure) -> Float {
    let head = bytes.itemHead(at: bytes.untagged(at: offset))
    if head.kind == .simple, head.info == 26 {
      return Float(bitPattern: UInt32(head.argument))
    }
    let double = try double(at: offset)
    let value = Float(double)
    if value.isInfinite, double.isFinite {
      throw .corrupted("the number is out of the range of Float")
    }
    return value
  }
}

extension Double {
  /// Creates the value of a float of 16 bits.
  init(halfBits: UInt16) {
    let exponent = Int(halfBits >> 10 & 31)
    let fraction = UInt64(halfBits & 0x3FF)
    let magnitude: Double =
      switch exponent {
      case 0: Double(fraction) / 16_777_216
      case 31: Double(bitPattern: 0x7FF0_0000_0000_0000 | fraction << 42)
      default:
        Double(bitPattern: UInt64(exponent + 1023 - 15) << 52 | fraction << 42)
      }
    self = Double(bitPattern: magnitude.bitPattern | UInt64(halfBits >> 15) << 63)
  }
}
