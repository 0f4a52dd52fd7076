// SPDX-License-Identifier: Apache-2.0

internal import FoundationEssentials

/// A value of one of the types that have a form of their own: Foundation's, and ``RandomID``, which is stored as the UUID that it is.
///
/// Their own Codable would store a UUID as text of 36 characters and bytes as an array.
enum FoundationValue {
  case uuid(UUID)
  case date(Date)
  case data(Data)

  /// Creates a value if it is of such a type.
  init?<Value>(_ value: Value) {
    // A cast of bits is sound where the types are the same.
    if Value.self == Date.self {
      self = .date(unsafe unsafeBitCast(value, to: Date.self))
    } else if Value.self == UUID.self {
      self = .uuid(unsafe unsafeBitCast(value, to: UUID.self))
    } else if Value.self == RandomID.self {
      self = .uuid((unsafe unsafeBitCast(value, to: RandomID.self)).uuid)
    } else if Value.self == Data.self {
      self = .data(unsafe unsafeBitCast(value, to: Data.self))
    } else {
      return nil
    }
  }

  /// Whether the form has a tag.
  var isTagged: Bool {
    switch self {
    case .uuid, .date: true
    case .data: false
    }
  }

  func append(to bytes: inout [UInt8]) {
    switch self {
    case .uuid(let uuid):
      bytes.appendHead(.tag, RecordFormat.uuidTag)
      bytes.appendHead(.bytes, 16)
      // Only read while the closure runs.
      unsafe withUnsafeBytes(of: uuid.uuid) { unsafe bytes.append(contentsOf: $0) }
    case .date(let date):
      bytes.appendHead(.tag, RecordFormat.dateTag)
      bytes.appendDouble(date.timeIntervalSinceReferenceDate)
    case .data(let data):
      bytes.appendHead(.bytes, UInt64(data.count))
      bytes.append(contentsOf: data)
    }
  }

  /// Whether a type is read from a byte string, and not by its own `init(from:)`.
  static func isByteString(_ type: any Any.Type) -> Bool {
    type == UUID.self || type == RandomID.self || type == Data.self
  }

  /// Reads a value of a type that is read from a byte string; nil if it cannot hold these.
  static func read<Value>(_ type: Value.Type, from bytes: ArraySlice<UInt8>) -> Value? {
    if type == Data.self { return Data(bytes) as? Value }
    guard type == UUID.self || type == RandomID.self, bytes.count == 16 else { return nil }
    var uuid: uuid_t = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    // As many as a UUID has.
    unsafe withUnsafeMutableBytes(of: &uuid) { unsafe $0.copyBytes(from: bytes) }
    return type == UUID.self ? UUID(uuid: uuid) as? Value : RandomID(UUID(uuid: uuid)) as? Value
  }

  /// The text of a date as ISO 8601 has it, or nil far from our days.
  static func dateText(secondsSinceReference: Double) -> String? {
    guard abs(secondsSinceReference) < 1e11 else { return nil }
    return Date(timeIntervalSinceReferenceDate: secondsSinceReference)
      .formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
  }

  /// The text of a UUID of 16 bytes, or nil of others.
  static func uuidText(_ bytes: ArraySlice<UInt8>) -> String? {
    read(UUID.self, from: bytes)?.uuidString
  }
}
