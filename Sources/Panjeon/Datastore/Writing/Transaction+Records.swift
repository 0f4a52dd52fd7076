// SPDX-License-Identifier: Apache-2.0

public import PanjeonTransactions
internal import WideColumn

extension Transaction: DatastoreReader {
  /// What is known of the datastore that began it; nil when none did.
  public var datastoreState: DatastoreState? { self[DatastoreAttemptKey.self]?.state }

  /// Reads the first rows of a scan.
  public mutating func rows(
    _ scan: Scan, in table: String, limit: Int
  ) async throws -> [RowResult] {
    var cursor = try await self.scan(scan, in: table)
    var rows: [RowResult] = []
    while rows.count < limit, let row = try await next(&cursor) { rows.append(row) }
    return rows
  }

  /// Writes a record, whether or not there is one under its key.
  ///
  /// Fields that are stored and that the program does not know stay. Index entries and the collection's metadata are kept in step, and triggers run
  /// (<doc:TypedRecords>). Durable and visible with the transaction.
  ///
  /// - Parameters:
  ///   - record: The record.
  ///   - key: Its key.
  /// - Throws: `uniqueViolation`; `undeclared` when the schema has no place for it; `noDatastore`; `malformed`; what triggers throw; errors of the transaction.
  /// - Complexity: One read and one write of the row, and one of each row of an index with a table.
  public mutating func put<R: Record>(_ record: R, at key: Key<R>) async throws {
    try await write(record, at: key, isNew: false)
  }

  /// Writes a record under a key that has none.
  ///
  /// Throws `alreadyExists`, and as ``put(_:at:)``.
  public mutating func insert<R: Record>(_ record: R, at key: Key<R>) async throws {
    try await write(record, at: key, isNew: true)
  }

  /// Writes a new record under a parent, with the next id of the collection, from one on.
  ///
  /// An id is not issued again, whatever members are deleted, until the parent's subtree is; ids that are put explicitly count. Two transactions that insert into the same collection conflict.
  ///
  /// - Parameters:
  ///   - record: The record.
  ///   - type: Its type.
  ///   - parent: Its parent, which need not be there.
  /// - Returns: Its key.
  /// - Throws: As ``put(_:at:)``.
  @discardableResult
  public mutating func insert<R: Record, Parent>(
    _ record: R, _ type: ObjectType<R>, under parent: Key<Parent>
  ) async throws -> Key<R> {
    let collection = CollectionKey(parent: parent.any, typeNumber: type.number)
    let place = collection.key(collection.metadata)
    let stored = try await storedValues([place])[0]
    var metadata = try CollectionMetadata(stored: stored, of: collection)
    let key = Key<R>(unchecked: collection.member(metadata.nextID.keyComponent))
    if !R.triggers.isEmpty {
      // Issued before they run: one that inserts beside it gets the next one.
      metadata.issue()
      try putEntry(try Stored.encode(metadata, over: stored), at: place)
    }
    try await write(record, at: key, isNew: true)
    return key
  }

  /// Writes a new record under a parent, with the next id of the collection, and what becomes of the parent: the head of a conversation with each message, say.
  ///
  /// One read of the row and three writes: the record, the collection's metadata and the parent.
  ///
  /// - Parameters:
  ///   - type: The type of the new record. **Neither it nor the parent's may have triggers**, which would run between the read and the writes.
  ///   - parent: The parent.
  ///   - change: Is given the id and the parent, and returns the new record.
  /// - Returns: The key; nil when there is no such parent, and then nothing is written.
  /// - Throws: As ``put(_:at:)``, and what `change` throws.
  public mutating func insert<R: Record, Parent: Record>(
    _ type: ObjectType<R>, updating parent: Key<Parent>,
    _ change: (_ id: UInt64, _ parent: inout Parent) throws -> R
  ) async throws -> Key<R>? {
    precondition(
      R.triggers.isEmpty && Parent.triggers.isEmpty, "neither of the types may have triggers")
    let collection = CollectionKey(parent: parent.any, typeNumber: type.number)
    let columns = ColumnSelection.data(collection.metadata, parent.any.qualifier)
    let row = try await get(Get(collection.row, columns: columns), in: collection.table)
    guard let stored = row?.data(parent.any.qualifier) else { return nil }
    var object = StoredObject(bytes: nil, collection: collection)
    object.metadataBytes = row?.data(collection.metadata)
    object.metadata = try CollectionMetadata(stored: object.metadataBytes, of: collection)
    let id = object.metadata.nextID
    var record = try Stored.decode(Parent.self, from: stored, at: parent.any)
    let child = try change(id, &record)
    let key = Key<R>(unchecked: collection.member(id.keyComponent))
    // An id that has not been issued is nobody's: there is nothing to be read under it. Where nothing hangs on either, nothing can fail between the writes.
    if R.indexes.isEmpty, R.blobs?(child).isEmpty ?? true, !Parent.isDerivedFrom {
      try await write(child, at: key, over: object)
      try await write(record, at: parent, over: StoredObject(bytes: stored))
      return key
    }
    try await withSavepoint { [object, record] transaction in
      try await transaction.write(child, at: key, over: object)
      try await transaction.write(record, at: parent, over: StoredObject(bytes: stored))
    }
    return key
  }

  /// Deletes a record, with its index entries; what is below it stays (``deleteSubtree(_:)``).
  ///
  /// - Parameter key: Its key.
  /// - Returns: Whether there was one.
  /// - Throws: `undeclared`, `noDatastore`, `malformed`; what triggers throw; errors of the transaction.
  @discardableResult
  public mutating func delete<R: Record>(_ key: Key<R>) async throws -> Bool {
    try await deleteRecord(key)
  }
}
