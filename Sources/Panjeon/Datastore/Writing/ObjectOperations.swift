// SPDX-License-Identifier: Apache-2.0

internal import PanjeonTransactions
internal import WideColumn

/// What can be done with objects of a type without knowing it.
protocol ObjectOperations: Sendable {
  /// The indexes over them.
  var indexes: [any ObjectIndex] { get }

  /// Whether something is done when they are changed.
  var hasTriggers: Bool { get }

  /// Deletes an object; whether there was one.
  func delete<Store: AtomicBatchStore>(
    _ key: AnyKey, in transaction: inout Transaction<Store>
  ) async throws -> Bool

  /// Writes an object as the bytes it is stored as.
  ///
  /// Throws `malformed`, and as the put of a record.
  func putStored<Store: AtomicBatchStore>(
    _ stored: Bytes, at key: AnyKey, in transaction: inout Transaction<Store>
  ) async throws

  /// The large values that a stored object refers to; throws `malformed` when it cannot be decoded.
  func blobs(ofStored stored: Bytes, at key: AnyKey) throws -> [Blob]
}

/// An index without its records' type.
protocol ObjectIndex: Sendable {
  var type: AnyObjectType { get }
  var scope: IndexScope { get }
  var isUnique: Bool { get }
  var isClustered: Bool { get }
  var version: Int { get }

  /// The entries that a stored object should have.
  func entries(ofStored stored: Bytes, at key: AnyKey) throws -> [AnyKey: Bytes]

  /// Puts those of a stored object.
  ///
  /// Throws `uniqueViolation`.
  func putEntries<Store: AtomicBatchStore>(
    ofStored stored: Bytes, at key: AnyKey, in transaction: inout Transaction<Store>
  ) async throws
}

struct RecordOperations<R: Record>: ObjectOperations {
  var indexes: [any ObjectIndex] { R.indexes }
  var hasTriggers: Bool { !R.triggers.isEmpty }

  func delete<Store: AtomicBatchStore>(
    _ key: AnyKey, in transaction: inout Transaction<Store>
  ) async throws -> Bool {
    try await transaction.deleteRecord(Key<R>(unchecked: key))
  }

  func putStored<Store: AtomicBatchStore>(
    _ stored: Bytes, at key: AnyKey, in transaction: inout Transaction<Store>
  ) async throws {
    try await transaction.putStored(stored, at: Key<R>(unchecked: key))
  }

  func blobs(ofStored stored: Bytes, at key: AnyKey) throws -> [Blob] {
    let record = try Stored.decode(R.self, from: stored, at: key)
    return R.blobs?(record) ?? []
  }
}

extension IndexDefinition: ObjectIndex {
  func entries(ofStored stored: Bytes, at key: AnyKey) throws -> [AnyKey: Bytes] {
    let record = try Stored.decode(R.self, from: stored, at: key)
    return try entries(of: record, stored: stored, at: key)
  }

  func putEntries<Store: AtomicBatchStore>(
    ofStored stored: Bytes, at key: AnyKey, in transaction: inout Transaction<Store>
  ) async throws {
    for (place, entry) in try entries(ofStored: stored, at: key)
      .sorted(by: { AnyKey.isBefore($0.key, $1.key) })
    {
      if isUnique { try await transaction.requireFree(place, self, for: key) }
      try transaction.putEntry(entry, at: place)
    }
  }
}
