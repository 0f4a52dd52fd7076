// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// The qualifier of an object in its root's row: a path in the tree of the root's objects.
///
///     qualifier = type(1) *( ancestor-type(1) ancestor-id(8) ) flag(1) [ id(8) ]
///
/// The type comes first, so that all objects of a type are contiguous. Ids are big-endian, so that members sort by
/// id. The flag is 0 for the metadata of a collection, which has no id, and 1 for a member: the metadata sorts right
/// before the first member. Between's schema; see the page *Formats/QualifierFormat*.
public enum Qualifier {
  private static let metadataFlag: UInt8 = 0
  private static let memberFlag: UInt8 = 1

  /// An object between the root and the object.
  public typealias Ancestor = (type: ObjectType, id: UInt64)

  /// The metadata of a collection.
  public static func metadata(of type: ObjectType, under ancestors: [Ancestor] = []) -> Bytes {
    Bytes(prefix(type, ancestors) + [metadataFlag])
  }

  /// A member of a collection.
  public static func member(
    _ type: ObjectType, _ id: UInt64, under ancestors: [Ancestor] = []
  ) -> Bytes {
    var bytes = prefix(type, ancestors) + [memberFlag]
    append(id, to: &bytes)
    return Bytes(bytes)
  }

  /// The members of a collection from one id (inclusive) to another (exclusive; nil for all that follow).
  public static func members(
    of type: ObjectType, from first: UInt64, to stop: UInt64? = nil,
    under ancestors: [Ancestor] = []
  ) -> KeyRange {
    let start = member(type, first, under: ancestors)
    if let stop { return KeyRange(from: start, to: member(type, stop, under: ancestors)) }
    let all = KeyRange.prefix(Bytes(prefix(type, ancestors) + [memberFlag]))
    return KeyRange(from: start, to: all.stop)
  }

  /// The id of a member's qualifier; nil when it is none.
  public static func memberID(_ qualifier: Bytes) -> UInt64? {
    guard qualifier.count >= 10, (qualifier.count - 10) % 9 == 0,
      qualifier[qualifier.count - 9] == memberFlag
    else { return nil }
    return qualifier[(qualifier.count - 8)..<qualifier.count].reduce(0) { $0 << 8 | UInt64($1) }
  }

  private static func prefix(_ type: ObjectType, _ ancestors: [Ancestor]) -> [UInt8] {
    var bytes = [type.rawValue]
    for ancestor in ancestors {
      bytes.append(ancestor.type.rawValue)
      append(ancestor.id, to: &bytes)
    }
    return bytes
  }

  private static func append(_ id: UInt64, to bytes: inout [UInt8]) {
    for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: id >> UInt64(56 - shift * 8))) }
  }
}
