// SPDX-License-Identifier: Apache-2.0

internal import PanjeonTransactions
internal import WideColumn

/// An object as it is before a change.
struct StoredObject {
  var bytes: Bytes?
  var collection: CollectionKey?
  var metadata = CollectionMetadata()
  var metadataBytes: Bytes?

  /// The record, where something depends on what it was; nil where nothing does, or there is none.
  func record<R: Record>(for key: Key<R>) throws(DatastoreError) -> R? {
    guard let bytes, R.isDerivedFrom else { return nil }
    return try Stored.decode(R.self, from: bytes, at: key.any)
  }
}

extension Transaction {
  mutating func write<R: Record>(_ record: R, at key: Key<R>, isNew: Bool) async throws {
    let stored = try await readStored(key.any)
    if stored.bytes != nil, isNew { throw Self.alreadyExists(key.any) }
    if !R.isDerivedFrom { return try await write(record, at: key, over: stored) }
    // An index or a trigger may refuse it when some of it has been written: all of that goes then, whatever the body makes of the error.
    try await withSavepoint { transaction in
      var change = RecordChange(key: key, old: try stored.record(for: key), new: record)
      guard try await transaction.runBefore(R.triggers, &change), let new = change.new else {
        return try await transaction.write(record, at: key, over: stored)
      }
      // They may have written to the collection, and to the record itself.
      let now = try await transaction.readStored(key.any)
      if now.bytes != nil, isNew { throw Self.alreadyExists(key.any) }
      try await transaction.write(new, at: key, over: now)
    }
  }

  private static func alreadyExists(_ key: AnyKey) -> DatastoreError {
    DatastoreError(.alreadyExists, "there is a record already", key: key)
  }

  /// Writes a record over what has been read; triggers that run before have been run.
  ///
  /// `encoded` are the bytes to store; nil: those that the record is encoded to.
  mutating func write<R: Record>(
    _ record: R, as encoded: Bytes? = nil, at key: Key<R>, over stored: StoredObject
  ) async throws {
    let state = try requireState()
    if stored.bytes == nil { try state.requirePlace(key.any, R.objectType.any) }
    let change = RecordChange(key: key, old: try stored.record(for: key), new: record)
    let bytes = try encoded ?? Stored.encode(record, over: stored.bytes)
    try await maintain(R.indexes, change, old: stored.bytes, new: bytes)
    try await maintainBlobs(change, state)
    var put = Put(key.any.row)
    put.add(family: AnyKey.family, qualifier: key.any.qualifier, value: bytes)
    if stored.bytes == nil, let collection = stored.collection {
      var metadata = stored.metadata
      metadata.insert(key.idComponent)
      put.add(
        family: AnyKey.family, qualifier: collection.metadata,
        value: try Stored.encode(metadata, over: stored.metadataBytes))
    }
    try self.put(put, in: key.any.table)
    note(key.any)
    try await runAfter(R.triggers, change)
  }

  mutating func deleteRecord<R: Record>(_ key: Key<R>) async throws -> Bool {
    let stored = try await readStored(key.any)
    if stored.bytes == nil { return false }
    if !R.isDerivedFrom {
      try await delete(key, as: stored)
      return true
    }
    try await withSavepoint { transaction in
      var change = RecordChange<R>(key: key, old: try stored.record(for: key), new: nil)
      guard try await transaction.runBefore(R.triggers, &change) else {
        return try await transaction.delete(key, as: stored)
      }
      // One of them may have deleted it.
      let now = try await transaction.readStored(key.any)
      if now.bytes != nil { try await transaction.delete(key, as: now) }
    }
    return true
  }

  private mutating func delete<R: Record>(_ key: Key<R>, as stored: StoredObject) async throws {
    let state = try requireState()
    let change = RecordChange<R>(key: key, old: try stored.record(for: key), new: nil)
    try await maintain(R.indexes, change, old: stored.bytes, new: nil)
    try await maintainBlobs(change, state)
    try mutate(try deletion(of: key.any, stored, state), in: key.any.table)
    note(key.any)
    try await runAfter(R.triggers, change)
  }

  /// What is written when an object is deleted: its cell goes, its collection counts one less, and it can be told for a while.
  private func deletion(
    of key: AnyKey, _ stored: StoredObject, _ state: DatastoreState
  ) throws -> RowMutations {
    var mutations = RowMutations(key.row)
    mutations.delete(key.qualifier)
    mutations.put(
      family: AnyKey.family, qualifier: key.deletion, value: Bytes(),
      timeToLive: state.options.deletionsKept)
    guard let collection = stored.collection else { return mutations }
    var metadata = stored.metadata
    guard metadata.count > 0 else {
      throw DatastoreError(
        .malformed, "a collection counts fewer members than it has", key: key)
    }
    metadata.count -= 1
    mutations.put(
      family: AnyKey.family, qualifier: collection.metadata,
      value: try Stored.encode(metadata, over: stored.metadataBytes))
    return mutations
  }

  private mutating func maintainBlobs<R: Record>(
    _ change: RecordChange<R>, _ state: DatastoreState
  ) async throws {
    guard let blobs = R.blobs else { return }
    let (old, new) = (change.old.map(blobs) ?? [], change.new.map(blobs) ?? [])
    if old == new { return }
    try await refer(to: new, insteadOf: old, from: change.key.any, state)
  }

  /// Throws `noDatastore`.
  func requireState() throws(DatastoreError) -> DatastoreState {
    guard let state = datastoreState else {
      throw DatastoreError(
        .noDatastore, "records are written in transactions that Datastore.withTransaction begins")
    }
    return state
  }

  /// Reads an object and its collection's metadata, in one read.
  mutating func readStored(_ key: AnyKey) async throws -> StoredObject {
    let collection = CollectionKey(of: key)
    var columns = ColumnSelection.data(key.qualifier)
    if let collection { columns.add(family: AnyKey.family, qualifier: collection.metadata) }
    let row = try await get(Get(key.row, columns: columns), in: key.table)
    var object = StoredObject(bytes: row?.data(key.qualifier), collection: collection)
    if let collection {
      object.metadataBytes = row?.data(collection.metadata)
      object.metadata = try CollectionMetadata(stored: object.metadataBytes, of: collection)
    }
    return object
  }

  /// Remembers that an object was changed, for those who observe it.
  private func note(_ key: AnyKey) { self[DatastoreAttemptKey.self]?.changes.insert(key) }
}

extension Record {
  /// Whether anything depends on what a record was before.
  static var isDerivedFrom: Bool {
    !indexes.isEmpty || !triggers.isEmpty || blobs != nil
  }
}

extension AnyKey {
  /// The order in which entries are written: that of their rows.
  static func isBefore(_ left: AnyKey, _ right: AnyKey) -> Bool {
    if left.table != right.table { return left.table < right.table }
    return left.row == right.row ? left.qualifier < right.qualifier : left.row < right.row
  }
}

extension RowMutations {
  /// Deletes a column of the datastore's family.
  mutating func delete(_ qualifier: Bytes) {
    mutations.append(
      .deleteColumn(Column(family: AnyKey.family, qualifier: qualifier), upTo: nil))
  }
}
