// SPDX-License-Identifier: Apache-2.0

internal import PanjeonTransactions
internal import WideColumn

extension Transaction {
  /// Writes what a change makes of the entries of indexes.
  mutating func maintain<R: Record>(
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
      try await maintain(index, before: before, after: after, of: change.key.any)
    }
  }

  private mutating func maintain<R: Record>(
    _ index: IndexDefinition<R>, before: [AnyKey: Bytes], after: [AnyKey: Bytes], of key: AnyKey
  ) async throws {
    // Until it has been built, what stands at a place of a unique index may be another object's entry, or one of long ago.
    let isCertain = !index.isUnique || (datastoreState?.isReady(index.type.number) ?? false)
    for place in before.keys.sorted(by: AnyKey.isBefore) where after[place] == nil {
      if !isCertain, try await holder(of: place, index, for: key) != key { continue }
      var mutations = RowMutations(place.row)
      mutations.delete(place.qualifier)
      try mutate(mutations, in: place.table)
    }
    for (place, entry) in after.sorted(by: { AnyKey.isBefore($0.key, $1.key) })
    where before[place] != entry || !isCertain {
      if index.isUnique, before[place] == nil || !isCertain {
        try await requireFree(place, index, for: key)
      }
      try putEntry(entry, at: place)
    }
  }

  mutating func putEntry(_ entry: Bytes, at place: AnyKey) throws {
    var put = Put(place.row)
    put.add(family: AnyKey.family, qualifier: place.qualifier, value: entry)
    try self.put(put, in: place.table)
  }

  /// The object that has a value of a unique index; nil when none has.
  private mutating func holder<R: Record>(
    of place: AnyKey, _ index: IndexDefinition<R>, for key: AnyKey
  ) async throws -> AnyKey? {
    guard let stored = try await storedValues([place])[0] else { return nil }
    let entry = try Stored.decode(IndexEntry.self, from: stored, at: place)
    return AnyKey(table: key.table, row: entry.row ?? place.row, qualifier: entry.qualifier)
  }

  /// Throws `uniqueViolation` when a value is another object's.
  mutating func requireFree<R: Record>(
    _ place: AnyKey, _ index: IndexDefinition<R>, for key: AnyKey
  ) async throws {
    guard let holder = try await holder(of: place, index, for: key), holder != key else { return }
    if !(datastoreState?.isReady(index.type.number) ?? false) {
      // Perhaps of long ago: whoever had the value is gone, or has another.
      guard let stored = try await storedValues([holder])[0],
        datastoreState?.schema.node(of: holder)?.type == R.objectType.any,
        try index.entries(ofStored: stored, at: holder)[place] != nil
      else { return }
    }
    throw DatastoreError(
      .uniqueViolation, "another object has this value of the index '\(index.type.name)'",
      key: holder, index: index.type.name)
  }
}
