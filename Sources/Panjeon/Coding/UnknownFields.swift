// SPDX-License-Identifier: Apache-2.0

/// The fields of a stored record that the program does not know, as a member of the record.
///
/// ```swift
/// struct Photo: Codable {
///   var caption: String
///   var unknownFields = UnknownFields()
/// }
/// ```
///
/// ``RecordDecoder`` fills it, ``RecordEncoder`` writes the fields back, wherever the value has gone in the meantime: so also
/// in arrays whose elements move, and in copies. It is no field of the record itself, whatever its coding key is. A value
/// that is made anew has none; to keep those of what it replaces, copy them. In a hierarchy of classes that share a
/// container, it belongs into the topmost class.
///
/// Other coders, as for JSON, see the fields' bytes (<doc:RecordFormat>).
public struct UnknownFields: Hashable, Sendable {
  /// Keys and values in turn.
  let entries: [UInt8]

  /// Creates a value without fields.
  public init() {
    entries = []
  }

  init(entries: [UInt8]) {
    self.entries = entries
  }

  /// Whether there are none.
  public var isEmpty: Bool { entries.isEmpty }

  /// The fields, as a map.
  public var value: RecordValue {
    var bytes: [UInt8] = []
    appendMap(to: &bytes)
    return RecordValue(checked: bytes, at: 0)
  }

  func appendMap(to bytes: inout [UInt8]) {
    var count: UInt64 = 0
    var offset = 0
    while offset < entries.count {
      offset = entries.itemEnd(at: entries.itemEnd(at: offset))
      count += 1
    }
    bytes.appendHead(.map, count)
    bytes += entries
  }
}

extension UnknownFields: Codable {
  /// Reads what another coder than the record's wrote.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let entries = try container.decode([UInt8].self)
    do throws(MalformedRecord) {
      _ = try RecordCheck(entries: entries, in: 0..<entries.count, nesting: 0)
    } catch {
      throw DecodingError(error, codingPath: decoder.codingPath)
    }
    self.init(entries: entries)
  }

  /// Writes the fields' bytes, for another coder than the record's.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(entries)
  }
}

extension UnknownFields: CustomStringConvertible {
  /// The fields in the notation of ``RecordValue``.
  public var description: String { value.description }
}
