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

  /// Takes the keys and values of a record that was checked, in our form if they are not in it.
  init(entries: [UInt8], areDeterministic: Bool) {
    if areDeterministic {
      self.entries = entries
      return
    }
    var ordered: [UInt8] = []
    var map: [UInt8] = []
    Self.append(map: entries, to: &map)
    if case .map(let fields) = RecordValue(checked: map, at: 0) {
      let sorted = fields.map { (key: $0.key.bytes, value: $0.value.bytes) }
        .sorted { $0.key.lexicographicallyPrecedes($1.key) }
      for field in sorted { ordered += field.key + field.value }
    }
    self.entries = ordered
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
    Self.append(map: entries, to: &bytes)
  }

  private static func append(map entries: [UInt8], to bytes: inout [UInt8]) {
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
      // Now that they can be counted: their keys differ.
      var map: [UInt8] = []
      Self.append(map: entries, to: &map)
      let check = try RecordCheck(map, in: 0..<map.count)
      self.init(entries: entries, areDeterministic: check.isDeterministic)
    } catch {
      throw DecodingError(error, codingPath: decoder.codingPath)
    }
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
