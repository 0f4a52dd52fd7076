// SPDX-License-Identifier: Apache-2.0

internal import PanjeonTransactions
internal import WideColumn

/// An object as it is before a change.
struct StoredObject {
  var bytes: Bytes?
  var collection: CollectionKey?
  var metadata = CollectionMetadata()
  var metadataBytes: Bytes?
}

extension Transaction {
  mutating func write<R: Record>(_ record: R, at key: Key<R>, isNew: Bool) async throws {
    let stored = try await readStored(key.any)
    if stored.bytes != nil, isNew {
      throw DatastoreError(.alreadyExists, "there is a record already", key: key.any)
    }
    try await write(record, at: key, over: stored)
  }

  /// Writes a record over what has been read.
  mutating func write<R: Record>(
    _ record: R, at key: Key<R>, over stored: StoredObject
  ) async throws {
    let state = try requireState()
    if stored.bytes == nil { try state.requirePlace(key.any, R.objectType.any) }
    let (indexes, triggers) = (R.indexes, R.triggers)
    var change = RecordChange(key: key, old: nil, new: record)
    if let bytes = stored.bytes, !indexes.isEmpty || !triggers.isEmpty {
      change = RecordChange(
        key: key, old: try Stored.decode(R.self, from: bytes, at: key.any), new: record)
    }
    try await runBefore(triggers, &change)
    guard let record = change.new else { preconditionFailure("a put became a delete") }
    let bytes = try Stored.encode(record, over: stored.bytes)
    try await maintain(indexes, change, old: stored.bytes, new: bytes)
    var put = Put(key.any.row)
    put.add(family: AnyKey.family, qualifier: key.any.qualifier, value: bytes)
    if stored.bytes == nil, var metadata = Optional(stored.metadata),
      let collection = stored.collection
    {
      metadata.insert(key.idComponent)
      put.add(
        family: AnyKey.family, qualifier: collection.metadata,
        value: try Stored.encode(metadata, over: stored.metadataBytes))
    }
    try self.put(put, in: key.any.table)
    note(key.any)
    try await runAfter(triggers, change)
  }

  mutating func delete<R: Record>(_ key: Key<R>, countsIt: Bool) async throws -> Bool {
    let state = try requireState()
    let stored = try await readStored(key.any)
    guard let bytes = stored.bytes else { return false }
    let (indexes, triggers) = (R.indexes, R.triggers)
    var change = RecordChange<R>(key: key, old: nil, new: nil)
    if !indexes.isEmpty || !triggers.isEmpty {
      change = RecordChange(
        key: key, old: try Stored.decode(R.self, from: bytes, at: key.any), new: nil)
    }
    try await runBefore(triggers, &change)
    try await maintain(indexes, change, old: bytes, new: nil)
    var mutations = RowMutations(key.any.row)
    mutations.delete(key.any.qualifier)
    mutations.put(
      family: AnyKey.family, qualifier: key.any.deletion, value: Bytes(),
      timeToLive: state.options.deletionsKept)
    if countsIt, let collection = stored.collection {
      var metadata = stored.metadata
      guard metadata.count > 0 else {
        throw DatastoreError(
          .malformed, "a collection counts fewer members than it has", key: key.any)
      }
      metadata.count -= 1
      mutations.put(
        family: AnyKey.family, qualifier: collection.metadata,
        value: try Stored.encode(metadata, over: stored.metadataBytes))
    }
    try mutate(mutations, in: key.any.table)
    note(key.any)
    try await runAfter(triggers, change)
    return true
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
  private mutating func readStored(_ key: AnyKey) async throws -> StoredObject {
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

// MARK: - Triggers

extension Transaction {
  private mutating func runBefore<R: Record>(
    _ triggers: [any Trigger<R>], _ change: inout RecordChange<R>
  ) async throws {
    if triggers.isEmpty { return }
    try enterTrigger(change.key.any)
    defer { self[DatastoreAttemptKey.self]?.triggerDepth -= 1 }
    for trigger in triggers { try await trigger.before(&change, in: &self) }
  }

  private mutating func runAfter<R: Record>(
    _ triggers: [any Trigger<R>], _ change: RecordChange<R>
  ) async throws {
    if triggers.isEmpty { return }
    try enterTrigger(change.key.any)
    defer { self[DatastoreAttemptKey.self]?.triggerDepth -= 1 }
    for trigger in triggers { try await trigger.after(change, in: &self) }
  }

  private mutating func enterTrigger(_ key: AnyKey) throws(DatastoreError) {
    guard let attempt = self[DatastoreAttemptKey.self] else { return }
    let depthMax = attempt.state.options.triggerDepthMax
    if attempt.triggerDepth >= depthMax {
      throw DatastoreError(
        .triggersTooDeep, "triggers set off triggers, more than \(depthMax) deep", key: key)
    }
    self[DatastoreAttemptKey.self]?.triggerDepth += 1
  }
}

// MARK: - Indexes

extension Transaction {
  /// Writes what a change makes of the entries of indexes.
  private mutating func maintain<R: Record>(
    _ indexes: [IndexDefinition<R>], _ change: RecordChange<R>, old: Bytes?, new: Bytes?
  ) async throws {
    for index in indexes {
      var before: [AnyKey: Bytes] = [:]
      var after: [AnyKey: Bytes] = [:]
      if let record = change.old, let old {
        before = try index.entries(of: record, stored: old, at: change.key.any)
      }
      if let record = change.new, let new {
        after = try index.entries(of: record, stored: new, at: change.key.any)
      }
      for place in before.keys.sorted(by: AnyKey.isBefore) where after[place] == nil {
        var mutations = RowMutations(place.row)
        mutations.delete(place.qualifier)
        try mutate(mutations, in: place.table)
      }
      for (place, entry) in after.sorted(by: { AnyKey.isBefore($0.key, $1.key) })
      where before[place] != entry {
        if index.isUnique, before[place] == nil {
          try await requireFree(place, index, for: change.key.any)
        }
        try putEntry(entry, at: place)
      }
    }
  }

  mutating func putEntry(_ entry: Bytes, at place: AnyKey) throws {
    var put = Put(place.row)
    put.add(family: AnyKey.family, qualifier: place.qualifier, value: entry)
    try self.put(put, in: place.table)
  }

  /// Throws `uniqueViolation` when a value is another object's.
  mutating func requireFree<R: Record>(
    _ place: AnyKey, _ index: IndexDefinition<R>, for key: AnyKey
  ) async throws {
    guard let stored = try await storedValues([place])[0] else { return }
    let entry = try Stored.decode(IndexEntry.self, from: stored, at: place)
    let holder = AnyKey(
      table: key.table, row: entry.row ?? place.row, qualifier: entry.qualifier)
    if holder == key { return }
    throw DatastoreError(
      .uniqueViolation, "another object has this value of the index '\(index.type.name)'",
      key: holder)
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
