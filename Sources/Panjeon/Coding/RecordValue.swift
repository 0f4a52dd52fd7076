// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// A stored record, or a part of one, read without its type.
///
/// Any record can be read this way, and written again to the same bytes (<doc:RecordFormat>).
public indirect enum RecordValue: Hashable, Sendable {
  /// An integer from -2^64 to 2^64 - 1.
  case integer(Int128)
  /// Bytes.
  case bytes(Bytes)
  /// A text.
  case text(String)
  /// Values in their order.
  case array([RecordValue])
  /// Keys, each with its value. Written in the order of the keys' bytes, whatever their order is here.
  case map([Field])
  /// A value with a number that says what it stands for.
  case tag(UInt64, RecordValue)
  /// One of 256 values that are nothing else: 20 is false, 21 true, 22 null, 23 undefined; 24 to 31 do not exist.
  case simple(UInt8)
  /// A float of 16 bits.
  case float16(bitPattern: UInt16)
  /// A float of 32 bits.
  case float32(bitPattern: UInt32)
  /// A float of 64 bits.
  case float64(bitPattern: UInt64)

  /// A key and a value of a map.
  public struct Field: Hashable, Sendable {
    /// The key.
    public var key: RecordValue
    /// The value.
    public var value: RecordValue

    /// Creates a field.
    public init(key: RecordValue, value: RecordValue) {
      self.key = key
      self.value = value
    }
  }

  /// Reads a record.
  ///
  /// - Parameter record: The stored bytes.
  /// - Throws: `DecodingError.dataCorrupted` if they are no record.
  public init(decoding record: Bytes) throws(DecodingError) {
    let source = try RecordSource(record, userInfo: [:])
    self.init(checked: source.bytes, at: source.start)
  }

  /// Writes the value as ``RecordEncoder`` would.
  ///
  /// - Returns: Bytes, of which ``init(decoding:)`` makes this value again.
  /// - Throws: `EncodingError` if that is not so: for equal keys in a map, integers beyond their range, simple values that do not exist, and too many values within one another.
  public func encode() throws(EncodingError) -> Bytes {
    let bytes = bytes
    do throws(MalformedRecord) {
      _ = try RecordCheck(bytes, in: 0..<bytes.count)
    } catch {
      throw .invalidValue(
        self, EncodingError.Context(codingPath: [], debugDescription: "no record: \(error.reason)"))
    }
    return Bytes(bytes)
  }

  /// Reads an item of a record that was checked.
  init(checked bytes: [UInt8], at offset: Int) {
    var end = offset
    self = Self.read(bytes, at: &end)
  }

  private static func read(_ bytes: [UInt8], at offset: inout Int) -> RecordValue {
    let head = bytes.itemHead(at: offset)
    offset = head.end
    switch head.kind {
    case .unsigned: return .integer(Int128(head.argument))
    case .negative: return .integer(~Int128(head.argument))
    case .bytes:
      offset += head.count
      return .bytes(Bytes(Array(bytes[head.end..<offset])))
    case .text:
      offset += head.count
      return .text(bytes.text(of: head))
    case .array:
      return .array((0..<head.count).map { _ in read(bytes, at: &offset) })
    case .map:
      return .map(
        (0..<head.count).map { _ in
          let key = read(bytes, at: &offset)
          return Field(key: key, value: read(bytes, at: &offset))
        })
    case .tag: return .tag(head.argument, read(bytes, at: &offset))
    case .simple:
      switch head.info {
      case 25: return .float16(bitPattern: UInt16(head.argument))
      case 26: return .float32(bitPattern: UInt32(head.argument))
      case 27: return .float64(bitPattern: head.argument)
      default: return .simple(UInt8(head.argument))
      }
    }
  }

  /// The value's bytes.
  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    append(to: &bytes)
    return bytes
  }

  private func append(to bytes: inout [UInt8]) {
    switch self {
    case .integer(let value): bytes.appendInteger(value)
    case .bytes(let value): bytes.appendByteString(value)
    case .text(let value): bytes.appendText(value)
    case .array(let elements):
      bytes.appendHead(.array, UInt64(elements.count))
      for element in elements { element.append(to: &bytes) }
    case .map(let fields):
      bytes.appendHead(.map, UInt64(fields.count))
      let entries = fields.map { (key: $0.key.bytes, value: $0.value.bytes) }
      for entry in entries.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
        bytes += entry.key + entry.value
      }
    case .tag(let number, let value):
      bytes.appendHead(.tag, number)
      value.append(to: &bytes)
    case .simple(let value): bytes.appendHead(.simple, UInt64(value))
    case .float16(let bits):
      bytes.append(0xF9)
      bytes.appendBigEndian(UInt64(bits), byteCount: 2)
    case .float32(let bits): bytes.appendFloat(Float(bitPattern: bits))
    case .float64(let bits): bytes.appendDouble(Double(bitPattern: bits))
    }
  }
}
