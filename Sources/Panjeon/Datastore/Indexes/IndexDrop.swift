// SPDX-License-Identifier: Apache-2.0

internal import PanjeonTransactions
internal import WideColumn

extension Datastore {
  /// The names of indexes that the store has and the schema does not declare.
  ///
  /// They cost space, and take their numbers and names: ``dropIndex(named:)`` frees them. One of a newer program is among them. Throws errors of the store.
  public func undeclaredIndexes() async throws -> [String] {
    let declared = Set(schema.declarations.map(\.type.number))
    let entries = try await catalogEntries()
    return entries.filter { $0.value.isIndex && !declared.contains($0.key) }.map(\.value.name)
      .sorted()
  }

  /// Deletes the entries of an index that the schema does not declare, while others read and write, and forgets the index.
  ///
  /// In transactions of some hundred entries each; cut off, by a crash too, it goes on from there when it is called again. A program that declares the index
  /// afterwards finds a new one, to be built; number and name may be another's. A table of its own stays, empty.
  ///
  /// - Parameter name: The index's name, one of ``undeclaredIndexes()``.
  /// - Returns: How many entries there were.
  /// - Throws: `undeclared` when the store has no such index; `invalidArgument` when the schema declares it; `schemaConflict` when another task drops
  ///   it, or a program that declares it has opened the store meanwhile; errors of the store and of transactions.
  @discardableResult
  public func dropIndex(named name: String) async throws -> Int {
    if schema.declarations.contains(where: { $0.isIndex && $0.type.name == name }) {
      throw DatastoreError(
        .invalidArgument, "the schema declares the index '\(name)'", index: name)
    }
    let entries = try await catalogEntries()
    guard let (number, entry) = entries.first(where: { $0.value.isIndex && $0.value.name == name })
    else {
      throw DatastoreError(.undeclared, "the store has no index '\(name)'", index: name)
    }
    let roots = Set(entries.values.filter { !$0.isIndex }.compactMap(\.table)).sorted()
    return try await IndexDrop(self, number, entry, tables: entry.table.map { [$0] } ?? roots)
      .run()
  }

  /// The catalog as it is.
  private func catalogEntries() async throws -> [Int: CatalogEntry] {
    try await withSnapshot { [schema] in try await CatalogUpdate(schema, in: &$0).entries }
  }
}

/// Deletes the entries of an index that is not kept any more, and then the index from the catalog.
private struct IndexDrop<Store: AtomicBatchStore> {
  private let datastore: Datastore<Store>
  private let number: Int
  private let name: String
  private let tables: [String]
  /// What was last remembered in the catalog: one that finds something else is not alone.
  private var written: BuildProgress?

  init(_ datastore: Datastore<Store>, _ number: Int, _ entry: CatalogEntry, tables: [String]) {
    self.datastore = datastore
    self.number = number
    self.name = entry.name
    self.tables = tables
    written = entry.progress
  }

  consuming func run() async throws -> Int {
    var dropped = 0
    let start = written
    for table in tables where table >= start?.table ?? "" {
      let pieces = ObjectPieces(datastore, of: number, in: table)
      try await pieces.forEach(from: table == start?.table ? start : nil) { keys in
        guard let last = keys.last else { return }
        let progress = BuildProgress(
          isClearing: true, row: last.row, qualifier: last.qualifier, table: table)
        try await datastore.withTransaction { [self] transaction in
          var entry = try await droppedEntry(in: &transaction)
          entry.progress = progress
          try transaction.putCatalogEntry(entry, number)
          try transaction.deleteCells(keys)
        }
        written = progress
        dropped += keys.count
      }
    }
    try await datastore.withTransaction { [self] transaction in
      _ = try await droppedEntry(in: &transaction)
      try transaction.deleteCells([transaction.catalogKey(number)])
    }
    return dropped
  }

  /// The catalog's entry, while it is this one's to write.
  private func droppedEntry(
    in transaction: inout Transaction<Store>
  ) async throws -> CatalogEntry {
    let entry = try await transaction.catalogEntry(number)
    guard let entry, entry.state == .unmaintained, entry.progress == written else {
      throw DatastoreError(
        .schemaConflict,
        "another task drops the index '\(name)', or a program that declares it has opened the store",
        index: name)
    }
    return entry
  }
}
