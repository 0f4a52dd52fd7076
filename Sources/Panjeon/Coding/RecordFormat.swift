// SPDX-License-Identifier: Apache-2.0

/// The numbers of the form in which records are stored: see the page RecordFormat.
enum RecordFormat {
  /// The tag of a UUID (registered).
  static let uuidTag: UInt64 = 37

  /// The tag of a date: "Panj".
  static let dateTag: UInt64 = 0x5061_6E6A

  /// The tag of an integer greater than 64 bits hold.
  static let bignumTag: UInt64 = 2

  /// The tag of an integer less than 64 bits hold: of -1 minus it.
  static let negativeBignumTag: UInt64 = 3

  static let falseByte: UInt8 = 0xF4
  static let trueByte: UInt8 = 0xF5
  static let nullByte: UInt8 = 0xF6
  static let undefinedByte: UInt8 = 0xF7
}

/// What an item is: the three highest bits of its first byte.
enum ItemKind: UInt8 {
  case unsigned, negative, bytes, text, array, map, tag, simple
}

/// Bytes that are no record.
package struct MalformedRecord: Error {
  let reason: String
  let offset: Int

  init(_ reason: String, at offset: Int) {
    self.reason = reason
    self.offset = offset
  }
}
