// SPDX-License-Identifier: Apache-2.0

/// A type of objects: its number in keys, its name for people, and for roots the table they are in.
///
/// Declared once, beside the record; the number and the table are part of the format and never change.
///
/// ```swift
/// extension ObjectType<Photo> { static var photo: Self { ObjectType(5, "photo") } }
/// ```
public struct ObjectType<R: Record>: Hashable, Sendable {
  /// The numbers there are: 2 to 32,511; those below 128 take one byte in a key, others two.
  public static var numbers: ClosedRange<Int> { AnyObjectType.numbers }

  /// Number, name and table.
  public let any: AnyObjectType

  /// The number in keys.
  public var number: Int { any.number }
  /// The name.
  public var name: String { any.name }

  /// Declares a type of objects.
  ///
  /// - Parameters:
  ///   - number: Its number, one of ``numbers``, which no other type or index of the datastore has.
  ///   - name: Its name, which no other has either.
  ///   - table: For the root of a tree: the table that has a row for each. Nil for what is below a root.
  public init(_ number: Int, _ name: String, table: String? = nil) {
    any = AnyObjectType(number, name, table: table)
  }
}

/// A type of objects, whatever its records.
public struct AnyObjectType: Hashable, Sendable {
  static let numbers = 2...0x7EFF

  /// The number in keys.
  public let number: Int
  /// The name.
  public let name: String
  /// The table of a root; nil for what is below one.
  public let table: String?

  init(_ number: Int, _ name: String, table: String?) {
    precondition(Self.numbers.contains(number), "the number of a type is 2 to 32,511")
    self.number = number
    self.name = name
    self.table = table
  }

  /// Appends the number as it is in keys.
  static func append(_ number: Int, to bytes: inout [UInt8]) {
    if number >= 0x80 { bytes.append(UInt8(truncatingIfNeeded: number >> 8) | 0x80) }
    bytes.append(UInt8(truncatingIfNeeded: number))
  }

  /// What the qualifiers of a type's objects, and of their collections' metadata, begin with.
  static func prefix(_ number: Int) -> Bytes {
    var bytes: [UInt8] = []
    append(number, to: &bytes)
    return Bytes(bytes)
  }
}

extension KeyReader {
  /// Reads the number of a type; nil when there is none, or it is written otherwise than it would be.
  mutating func readTypeNumber() -> Int? {
    guard let first = readByte() else { return nil }
    if first < 0x80 { return first >= 2 ? Int(first) : nil }
    guard let second = readByte() else { return nil }
    let number = Int(first & 0x7F) << 8 | Int(second)
    return number >= 0x80 && AnyObjectType.numbers.contains(number) ? number : nil
  }
}
