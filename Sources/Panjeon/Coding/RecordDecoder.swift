// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// Reads typed records from stored bytes.
///
/// The bytes may come from anywhere: all of them are checked before a value is made (<doc:RecordFormat>). Fields that the
/// type does not know are stepped over; to keep them when the record is written again, see
/// ``RecordEncoder/encode(_:keepingUnknownFieldsOf:)`` and ``UnknownFields``. A field that is not there, or is null, is nil
/// where the type has an optional.
public struct RecordDecoder: Sendable {
  /// What is handed to the `init(from:)` of every value.
  public var userInfo: [CodingUserInfoKey: any Sendable] = [:]

  /// Creates a decoder.
  public init() {}

  /// Decodes a record.
  ///
  /// - Parameters:
  ///   - type: The type of the record.
  ///   - bytes: What is stored. `Bytes` within the record share its buffer.
  /// - Returns: The record.
  /// - Throws: `DecodingError`: `dataCorrupted` with the offset if the bytes are no record, and for numbers beyond a type's range and cases that an enum does not know; `keyNotFound`, `valueNotFound` and `typeMismatch` with the path of the field; errors of the values' own `init(from:)`.
  public func decode<Value: Decodable>(_ type: Value.Type, from bytes: Bytes) throws -> Value {
    let source = try RecordSource(bytes, userInfo: userInfo)
    let root = LevelDecoder(source: source, offset: source.start, parent: nil, key: nil)
    return try root.decode(type, at: source.start, key: nil)
  }
}
