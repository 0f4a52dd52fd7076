// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// What a collection knows of itself: its members and the next id.
struct CollectionMetadata: Codable, Hashable {
  /// How many members there are.
  var count: UInt64 = 0
  /// The id to issue next; greater than every positive integer that was ever the id of a member.
  var nextID: UInt64 = 1

  enum CodingKeys: Int, CodingKey {
    case count = 1
    case nextID = 2
  }

  init() {}

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    count = try container.decodeIfPresent(UInt64.self, forKey: .count) ?? 0
    nextID = try container.decodeIfPresent(UInt64.self, forKey: .nextID) ?? 1
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    if count != 0 { try container.encode(count, forKey: .count) }
    if nextID != 1 { try container.encode(nextID, forKey: .nextID) }
  }

  init(stored: Bytes?, of collection: CollectionKey) throws(DatastoreError) {
    guard let stored else { return }
    self = try Stored.decode(
      CollectionMetadata.self, from: stored, at: collection.key(collection.metadata))
  }

  /// Gives out the next id.
  mutating func issue() { if nextID < .max { nextID += 1 } }

  /// Counts a new member.
  mutating func insert(_ id: KeyComponent) {
    if count < .max { count += 1 }
    let number: UInt64
    switch id {
    case .integer(let value) where value > 0: number = UInt64(value)
    case .largeInteger(let value): number = value
    default: return
    }
    if number >= nextID { nextID = number == .max ? .max : number + 1 }
  }
}

/// Records as they are stored.
enum Stored {
  /// Decodes what is stored under a key.
  ///
  /// Throws `malformed` with the key.
  static func decode<T: Decodable>(
    _ type: T.Type, from bytes: Bytes, at key: @autoclosure () -> AnyKey
  ) throws(DatastoreError) -> T {
    do {
      return try RecordDecoder().decode(type, from: bytes)
    } catch {
      throw DatastoreError(
        .malformed, "what is stored is no \(type)", key: key(), cause: error)
    }
  }
}

extension Stored {
  /// Encodes a record over what is stored, of which fields stay that its type does not know.
  static func encode(_ record: some Encodable, over stored: Bytes?) throws -> Bytes {
    guard let stored else { return try RecordEncoder().encode(record) }
    return try RecordEncoder().encode(record, keepingUnknownFieldsOf: stored)
  }
}

extension ColumnSelection {
  /// Columns of the datastore's family.
  static func data(_ qualifiers: Bytes...) -> ColumnSelection {
    var selection = ColumnSelection()
    for qualifier in qualifiers { selection.add(family: AnyKey.family, qualifier: qualifier) }
    return selection
  }

  /// A range of columns of the datastore's family.
  static func data(_ range: KeyRange) -> ColumnSelection {
    var selection = ColumnSelection()
    selection.add(family: AnyKey.family, qualifiers: range)
    return selection
  }
}

extension RowResult {
  /// The value of a column of the datastore's family.
  func data(_ qualifier: Bytes) -> Bytes? { value(family: AnyKey.family, qualifier: qualifier) }
}
