// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// Writes a typed record as bytes to store.
///
/// The form is deterministic CBOR, in which equal values have equal bytes: <doc:RecordFormat>. Coding keys with integers
/// make the smallest records, and their cases may be renamed:
///
/// ```swift
/// struct Message: Codable {
///   enum CodingKeys: Int, CodingKey { case text = 1, sent = 2 }
///   var text: String
///   var sent: Date
/// }
/// let stored = try RecordEncoder().encode(message)
/// ```
public struct RecordEncoder: Sendable {
  /// What is handed to the `encode(to:)` of every value.
  public var userInfo: [CodingUserInfoKey: any Sendable] = [:]

  /// Creates an encoder.
  public init() {}

  /// Encodes a record.
  ///
  /// - Parameter value: The record.
  /// - Returns: Its bytes.
  /// - Throws: `EncodingError` for more than ``RecordLimits/nestingMax`` containers within one another and for misused containers; errors of the values' own `encode(to:)`.
  public func encode(_ value: some Encodable) throws -> Bytes {
    try encode(value, beside: nil)
  }

  /// Encodes a record in place of a stored one, and keeps what was stored of fields that the program does not know.
  ///
  /// A later version of the program may have written them; without them here an older one that reads, changes and writes
  /// back its records would delete them. <doc:RecordFormat> says what is kept in nested records, arrays and dictionaries. A
  /// member of type ``UnknownFields`` wins over what was stored.
  ///
  /// - Parameters:
  ///   - value: The record.
  ///   - storedBytes: What is stored now.
  /// - Returns: Its bytes.
  /// - Throws: What ``encode(_:)`` throws, and `DecodingError.dataCorrupted` if `storedBytes` are no record.
  /// - Complexity: One pass over `storedBytes`; with arrays of records that have changed, up to ``RecordLimits/candidatesMax`` encodings of each.
  public func encode(
    _ value: some Encodable, keepingUnknownFieldsOf storedBytes: Bytes
  ) throws -> Bytes {
    try encode(value, beside: StoredRecord(storedBytes))
  }

  private func encode(_ value: some Encodable, beside stored: StoredRecord?) throws -> Bytes {
    let state = EncodingState(stored: stored, at: stored?.root, userInfo: userInfo)
    state.bytes.reserveCapacity(128)
    return Bytes(try state.encodeItem(value))
  }
}
