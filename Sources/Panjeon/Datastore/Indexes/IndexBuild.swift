// SPDX-License-Identifier: Apache-2.0

internal import PanjeonTransactions
internal import WideColumn

extension Datastore {
  /// Builds an index that is not ready, while others read and write; at once when it is.
  ///
  /// In transactions of some hundred objects each, fewer where they are large; cut off, it goes on from there when it is called again. One task at a time builds an index.
  ///
  /// - Parameter index: The index.
  /// - Returns: How many objects were put in.
  /// - Throws: `uniqueViolation` when two objects have the same value of a unique index: change one, and call it again; `undeclared`; `TransactionError` `tooLarge` when a transaction has no room for
  ///   the entries of one object alone; errors of the store and of transactions.
  @discardableResult
  public func buildIndex<R: Record, Value>(_ index: Index<R, Value>) async throws -> Int {
    try await IndexBuild(self, index.definition, of: R.objectType.any).run()
  }

  /// The names of the declared indexes that reads may not use yet.
  public func indexesNotReady() async throws -> [String] {
    var names: [String] = []
    let notReady = try await withSnapshot { [schema] snapshot in
      try await CatalogUpdate(schema, in: &snapshot).notReady
    }
    for declared in schema.declarations where notReady.contains(declared.type.number) {
      names.append(declared.type.name)
    }
    return names
  }

  /// Builds all declared indexes that are not ready, one after another.
  ///
  /// As ``buildIndex(_:)``.
  public func buildIndexes() async throws {
    for node in schema.types.values.sorted(by: { $0.type.number < $1.type.number }) {
      for index in node.operations.indexes {
        try await IndexBuild(self, index, of: node.type).run()
      }
    }
  }
}

/// Makes an index ready; the page *TypedRecords*, *Indexes*.
struct IndexBuild<Store: AtomicBatchStore> {
  private let datastore: Datastore<Store>
  private let index: any ObjectIndex
  private let type: AnyObjectType
  private var added = 0
  /// What this build has last written: one that finds something else is not alone.
  private var written: BuildProgress?

  init(_ datastore: Datastore<Store>, _ index: any ObjectIndex, of type: AnyObjectType) {
    self.datastore = datastore
    self.index = index
    self.type = type
  }

  private var number: Int { index.type.number }

  @discardableResult
  consuming func run() async throws -> Int {
    let number = number
    let entry = try await datastore.withTransaction { try await $0.catalogEntry(number) }
    guard let entry, entry.state != .unmaintained else {
      throw DatastoreError(
        .undeclared, "the datastore was opened without the index '\(index.type.name)'",
        index: index.type.name)
    }
    if entry.state == .ready {
      datastore.state.setReady(number, true)
      return 0
    }
    written = entry.progress
    if entry.hasOldEntries, written?.isClearing ?? true {
      try await clear(from: entry.progress)
      try await fill(from: nil)
    } else {
      try await fill(from: entry.progress)
    }
    try await datastore.withTransaction { [index, written] transaction in
      var entry = try await transaction.catalogEntry(of: index, building: written)
      entry.state = .ready
      entry.hasOldEntries = false
      entry.progress = nil
      try transaction.putCatalogEntry(entry, number)
    }
    datastore.state.setReady(number, true)
    return added
  }

  /// Removes all entries.
  private mutating func clear(from start: BuildProgress?) async throws {
    let table = index.scope.table ?? datastore.state.tableOfRoot(above: type.number)
    guard let table else { return }
    let pieces = ObjectPieces(datastore, of: number, in: table)
    try await pieces.forEach(from: start) { keys in
      try await write(keys, isClearing: true) { transaction in
        try transaction.deleteCells(keys)
      }
    }
  }

  /// Puts those of all objects.
  private mutating func fill(from start: BuildProgress?) async throws {
    let table = type.table ?? datastore.state.tableOfRoot(above: type.number)
    guard let table else { return }
    let (index, type, schema) = (index, type, datastore.schema)
    let pieces = ObjectPieces(datastore, of: type.number, in: table)
    try await pieces.forEach(from: start) { keys in
      added += try await write(keys, isClearing: false) { transaction in
        let objects = keys.filter { schema.node(of: $0)?.type == type }
        var count = 0
        for (key, stored) in zip(objects, try await transaction.storedValues(objects)) {
          guard let stored else { continue }
          try await index.putEntries(ofStored: stored, at: key, in: &transaction)
          count += 1
        }
        return count
      }
    }
  }

  /// Does a piece in a transaction, which remembers that it was done.
  private mutating func write<R>(
    _ keys: ArraySlice<AnyKey>, isClearing: Bool,
    _ body: (inout Transaction<Store>) async throws -> R
  ) async throws -> R {
    let (index, number, before) = (index, number, written)
    var progress = before
    if let last = keys.last {
      progress = BuildProgress(isClearing: isClearing, row: last.row, qualifier: last.qualifier)
    }
    let result = try await datastore.withTransaction { transaction in
      let result = try await body(&transaction)
      var entry = try await transaction.catalogEntry(of: index, building: before)
      entry.progress = progress
      try transaction.putCatalogEntry(entry, number)
      return result
    }
    written = progress
    return result
  }
}

extension Transaction {
  /// Deletes cells without a look at them.
  mutating func deleteCells(_ keys: ArraySlice<AnyKey>) throws {
    var rest = keys
    while let first = rest.first {
      let same = rest.prefix { $0.row == first.row && $0.table == first.table }
      var mutations = RowMutations(first.row)
      for key in same { mutations.delete(key.qualifier) }
      try mutate(mutations, in: first.table)
      rest = rest.dropFirst(same.count)
    }
  }
}

extension Transaction {
  /// The catalog's entry of an index that is being built, by who has last written this.
  fileprivate mutating func catalogEntry(
    of index: any ObjectIndex, building written: BuildProgress?
  ) async throws -> CatalogEntry {
    let entry = try await catalogEntry(index.type.number)
    guard let entry, entry.state == .building, entry.progress == written else {
      throw DatastoreError(
        .indexNotReady,
        "another task builds the index '\(index.type.name)', or it was opened anew",
        index: index.type.name)
    }
    return entry
  }
}
