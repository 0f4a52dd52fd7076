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
    for value in values {
      let place = place(of: value, key)
      if place.id.isNested(deeperThan: KeyComponent.depthMax) {
        throw DatastoreError(
          .invalidArgument,
          "what the index '\(type.name)' has of the object is nested more than "
            + "\(KeyComponent.depthMax) deep, the entry's own tuple included", key: key,
          index: type.name)
      }
      entries[place.key] = payload
    }
    return entries
  }

  /// Where the entry of a value is.
  private func place(
    of value: KeyComponent, _ key: AnyKey
  ) -> (key: AnyKey, id: KeyComponent) {
    switch scope {
    case .collection:
      guard let collection = CollectionKey(of: key),
        let id = KeyPathParts(key.qualifier)?.steps.last?.id
      else { preconditionFailure("'\(type.name)' is an index of a collection, over a root") }
      let entry = isUnique ? value : .tuple([value, id])
      return (entries(beside: collection).member(entry), entry)
    case .root:
      let entries = CollectionKey(
        table: key.table, row: key.row, typeNumber: type.number, path: [])
      let entry = isUnique ? value : .tuple([value, .bytes(key.qualifier)])
      return (entries.member(entry), entry)
    case .table:
      let entry = isUnique ? value : .tuple([value, .bytes(key.row), .bytes(key.qualifier)])
      return (.root(type, entry), entry)
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
