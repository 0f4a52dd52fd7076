// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// What a collection knows of itself.
public struct CollectionInfo: Hashable, Sendable {
  /// How many members it has.
  public let count: UInt64
  /// The id that the next member is given that is inserted without one: at least one, and greater than every positive integer that was the id of a member since the parent's
  /// subtree was last deleted.
  public let nextID: UInt64
}

extension DatastoreReader where Self: ~Copyable {
  /// What the collection of a type under a parent knows of itself; of one that never had a member, that it has none and begins with one.
  ///
  /// One read of one cell, however many members there are. A transaction that reads it conflicts with those that insert or delete. Throws as the read of a record.
  public mutating func collection<R: Record, Parent>(
    _ type: ObjectType<R>, of parent: Key<Parent>
  ) async throws -> CollectionInfo {
    let collection = CollectionKey(parent: parent.any, typeNumber: type.number)
    let metadata = try await metadata(of: collection)
    return CollectionInfo(count: metadata.count, nextID: metadata.nextID)
  }

  /// The bytes that are stored at a place, whatever the type and whether or not they can be decoded; nil when there are none.
  ///
  /// For tools. Those of a record are CBOR (<doc:RecordFormat>): ``RecordValue`` shows them without its type. Throws errors of the reader.
  public mutating func storedBytes(at key: AnyKey) async throws -> Bytes? {
    try await storedValues([key])[0]
  }
}
