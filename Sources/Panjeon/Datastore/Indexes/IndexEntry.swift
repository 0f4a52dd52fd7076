// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// What is stored in an entry of an index.
struct IndexEntry: Codable, Hashable {
  /// The object's qualifier.
  var qualifier: Bytes
  /// The object's row; nil where the entry is in the same.
  var row: Bytes?
  /// A copy of the object, in a clustered index.
  var record: Bytes?

  enum CodingKeys: Int, CodingKey {
    case qualifier = 1
    case row = 2
    case record = 3
  }
}

extension IndexDefinition {
  /// The entries that a record should have: what to put where.
  func entries(of record: R, stored: Bytes, at key: AnyKey) throws -> [AnyKey: Bytes] {
    let values = values(record)
    if values.isEmpty { return [:] }
    let entry = IndexEntry(
      qualifier: key.qualifier, row: scope.table == nil ? nil : key.row,
      record: isClustered ? stored : nil)
    let payload = try RecordEncoder().encode(entry)
    var entries: [AnyKey: Bytes] = [:]
    for value in values { entries[place(of: value, key)] = payload }
    return entries
  }

  /// Where the entry of a value is.
  private func place(of value: KeyComponent, _ key: AnyKey) -> AnyKey {
    switch scope {
    case .collection:
      guard let collection = CollectionKey(of: key),
        let id = KeyPathParts(key.qualifier)?.steps.last?.id
      else { preconditionFailure("'\(type.name)' is an index of a collection, over a root") }
      return entries(beside: collection).member(isUnique ? value : .tuple([value, id]))
    case .root:
      let entries = CollectionKey(
        table: key.table, row: key.row, typeNumber: type.number, path: [])
      return entries.member(isUnique ? value : .tuple([value, .bytes(key.qualifier)]))
    case .table:
      return .root(
        type, isUnique ? value : .tuple([value, .bytes(key.row), .bytes(key.qualifier)]))
    }
  }

  /// The collection of entries that is beside one of objects.
  func entries(beside collection: CollectionKey) -> CollectionKey {
    var typeOfMembers = KeyReader(Bytes(collection.prefix))
    _ = typeOfMembers.readTypeNumber()
    return CollectionKey(
      table: collection.table, row: collection.row, typeNumber: type.number,
      path: Array(collection.prefix[typeOfMembers.offset...]))
  }

  /// The bytes that the ids of entries begin with, before the value.
  var entryPrefix: [UInt8] { isUnique ? [] : [KeyTag.tuple] }
}
