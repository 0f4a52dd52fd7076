// SPDX-License-Identifier: Apache-2.0

internal import PanjeonTransactions

extension Datastore {
  /// Reads a record as it is now; nil when there is none.
  ///
  /// Throws as the read of a snapshot.
  public func get<R: Record>(_ key: Key<R>) async throws -> R? {
    try await withSnapshot { try await $0.get(key) }
  }

  /// Reads several records, all of one moment, in order; nil for those that are not there.
  ///
  /// Throws as the read of a snapshot.
  public func get<R: Record>(_ keys: [Key<R>]) async throws -> [R?] {
    try await withSnapshot { try await $0.get(keys) }
  }

  /// How many children of a type there are under a parent now; read from the collection's metadata, whatever the number.
  ///
  /// Throws as the read of a snapshot.
  public func count<R: Record, Parent>(
    _ type: ObjectType<R>, of parent: Key<Parent>
  ) async throws -> Int {
    try await withSnapshot { try await $0.count(type, of: parent) }
  }

  /// Writes a record in a transaction of its own; durable on disk when it returns.
  ///
  /// Throws as the put of a transaction.
  public func put<R: Record>(_ record: R, at key: Key<R>) async throws {
    try await withTransaction { try await $0.put(record, at: key) }
  }

  /// Deletes a record in a transaction of its own; durable on disk when it returns.
  ///
  /// Returns whether there was one. Throws as the deletion of a transaction.
  @discardableResult
  public func delete<R: Record>(_ key: Key<R>) async throws -> Bool {
    try await withTransaction { try await $0.delete(key) }
  }

  /// The children of a type under a parent, one after another, of one moment: when the iteration begins.
  ///
  /// - Parameters:
  ///   - type: The children's type.
  ///   - parent: Their parent.
  ///   - bounds: Which of their ids; all by default.
  ///   - order: From which end; ascending by default.
  ///   - pageSize: How many are read at once; by default 100.
  /// - Returns: The records, however many, in constant memory. A slow iteration may outlast what the store keeps (`snapshotTooOld`).
  public func children<R: Record, Parent>(
    _ type: ObjectType<R>, of parent: Key<Parent>, in bounds: KeyBounds = .all,
    order: KeyOrder = .ascending, pageSize: Int = 100
  ) -> RecordSequence<Store, R> {
    RecordSequence(datastore: self) { snapshot, cursor in
      try await snapshot.children(
        type, of: parent, in: bounds, order: order, limit: pageSize, after: cursor)
    }
  }

  /// The children of a parent, one after another, in the order of an index beside them.
  ///
  /// As ``children(_:of:in:order:pageSize:)``.
  public func find<R: Record, Value, Parent>(
    _ index: Index<R, Value>, of parent: Key<Parent>, in bounds: KeyBounds = .all,
    order: KeyOrder = .ascending, pageSize: Int = 100
  ) -> RecordSequence<Store, R> {
    RecordSequence(datastore: self) { snapshot, cursor in
      try await snapshot.find(
        index, of: parent, in: bounds, order: order, limit: pageSize, after: cursor)
    }
  }

  /// The records anywhere below a root, one after another, in the order of an index of the scope `root`.
  ///
  /// As ``children(_:of:in:order:pageSize:)``.
  public func find<R: Record, Value, RootRecord>(
    _ index: Index<R, Value>, below root: Key<RootRecord>, in bounds: KeyBounds = .all,
    order: KeyOrder = .ascending, pageSize: Int = 100
  ) -> RecordSequence<Store, R> {
    RecordSequence(datastore: self) { snapshot, cursor in
      try await snapshot.find(
        index, below: root, in: bounds, order: order, limit: pageSize, after: cursor)
    }
  }

  /// The roots of a type, one after another, in the order of their ids.
  ///
  /// As ``children(_:of:in:order:pageSize:)``.
  public func roots<R: Record>(
    _ type: ObjectType<R>, in bounds: KeyBounds = .all, order: KeyOrder = .ascending,
    pageSize: Int = 100
  ) -> RecordSequence<Store, R> {
    RecordSequence(datastore: self) { snapshot, cursor in
      try await snapshot.roots(type, in: bounds, order: order, limit: pageSize, after: cursor)
    }
  }

  /// All records there are, one after another, in the order of an index that has a table.
  ///
  /// As ``children(_:of:in:order:pageSize:)``.
  public func find<R: Record, Value>(
    _ index: Index<R, Value>, in bounds: KeyBounds = .all, order: KeyOrder = .ascending,
    pageSize: Int = 100
  ) -> RecordSequence<Store, R> {
    RecordSequence(datastore: self) { snapshot, cursor in
      try await snapshot.find(index, in: bounds, order: order, limit: pageSize, after: cursor)
    }
  }

  /// Deletes a record and all that is below it, in as many transactions as it takes.
  ///
  /// For subtrees of any size. Each transaction leaves counts and indexes right; the record itself goes in the last one, with what others have put below
  /// it meanwhile. Cut off, what is left is a smaller subtree: call it again. Objects of types that the schema does not know stay (<doc:SchemaEvolution>).
  ///
  /// - Parameter key: The record's key.
  /// - Returns: How many records there were.
  /// - Throws: As the deletions of transactions.
  @discardableResult
  public func deleteSubtree<R: Record>(_ key: Key<R>) async throws -> Int {
    var total = 0
    while true {
      let (deleted, isAll) = try await withTransaction { transaction in
        var (deleted, isAll) = try await transaction.deleteDescendants(
          of: key.any, objectsMax: state.options.objectsPerPiece)
        if isAll, try await transaction.delete(key) { deleted += 1 }
        return (deleted, isAll)
      }
      total += deleted
      if isAll { return total }
    }
  }
}
