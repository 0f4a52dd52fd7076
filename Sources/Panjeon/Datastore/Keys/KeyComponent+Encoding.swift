// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// The first byte of each kind of component; the page *Formats/KeyFormat*.
enum KeyTag {
  static let bytes: UInt8 = 0x01
  static let text: UInt8 = 0x02
  static let tuple: UInt8 = 0x05
  static let zero: UInt8 = 0x14
  static let double: UInt8 = 0x21
  static let no: UInt8 = 0x26
  static let yes: UInt8 = 0x27
  static let uuid: UInt8 = 0x30
  static let moment: UInt8 = 0x40

  static let end: UInt8 = 0x00
  static let escape: UInt8 = 0xFF
}

extension KeyComponent {
  /// How deep tuples may be nested in what is stored: 16.
  ///
  /// In an id, and in an indexed value with what its entry has around it: in an index that is not unique a tuple of the value and the object's id.
  public static let depthMax = 16

  /// Whether tuples are nested deeper than so; looks no deeper.
  func isNested(deeperThan depth: Int) -> Bool {
    guard case .tuple(let parts) = self else { return false }
    return depth == 0 || parts.contains { $0.isNested(deeperThan: depth - 1) }
  }

  /// The component's bytes.
  package var encoded: Bytes {
    var bytes: [UInt8] = []
    encode(to: &bytes)
    return Bytes(bytes)
  }

  func encode(to bytes: inout [UInt8]) {
    switch self {
    case .bytes(let value):
      bytes.append(KeyTag.bytes)
      Self.appendEscaped(value, to: &bytes)
    case .text(let value):
      bytes.append(KeyTag.text)
      Self.appendEscaped(value.utf8, to: &bytes)
    case .tuple(let parts):
      bytes.append(KeyTag.tuple)
      for part in parts { part.encode(to: &bytes) }
      bytes.append(KeyTag.end)
    case .integer(let number): Self.append(number, to: &bytes)
    case .largeInteger(let number): Self.append(amount: number, isNegative: false, to: &bytes)
    case .double(let number):
      bytes.append(KeyTag.double)
      let pattern = number.bitPattern
      let isNegative = pattern >> 63 == 1
      Self.append(isNegative ? ~pattern : pattern | 1 << 63, count: 8, to: &bytes)
    case .boolean(let value): bytes.append(value ? KeyTag.yes : KeyTag.no)
    case .uuid(let id):
      bytes.append(KeyTag.uuid)
      Self.append(id.high, count: 8, to: &bytes)
      Self.append(id.low, count: 8, to: &bytes)
    case .moment(let microseconds):
      bytes.append(KeyTag.moment)
      Self.append(UInt64(bitPattern: microseconds) ^ 1 << 63, count: 8, to: &bytes)
    }
  }

  static func append(_ number: Int64, to bytes: inout [UInt8]) {
    append(amount: number.magnitude, isNegative: number < 0, to: &bytes)
  }

  private static func append(amount: UInt64, isNegative: Bool, to bytes: inout [UInt8]) {
    let count = UInt8((64 - amount.leadingZeroBitCount + 7) / 8)
    bytes.append(isNegative ? KeyTag.zero - count : KeyTag.zero + count)
    append(isNegative ? ~amount : amount, count: Int(count), to: &bytes)
  }

  private static func append(_ number: UInt64, count: Int, to bytes: inout [UInt8]) {
    for place in stride(from: count - 1, through: 0, by: -1) {
      bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(place * 8)))
    }
  }

  private static func appendEscaped(_ value: some Sequence<UInt8>, to bytes: inout [UInt8]) {
    for byte in value {
      bytes.append(byte)
      if byte == KeyTag.end { bytes.append(KeyTag.escape) }
    }
    bytes.append(KeyTag.end)
  }
}
