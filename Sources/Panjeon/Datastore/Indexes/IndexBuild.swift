// SPDX-License-Identifier: Apache-2.0

internal import PanjeonTransactions
internal import WideColumn

extension Datastore {
  /// Builds an index that is not ready, while others read and write; at once when it is.
  ///
  /// In transactions of some hundred objects each; cut off, it goes on from there when it is called again. One task at a time builds an index.
  ///
  /// - Parameter index: The index.
  /// - Returns: How many objects were put in.
  /// - Throws: `uniqueViolation` when two objects have the same value of a unique index: change one, and call it again; `undeclared`; errors of the store and of
  ///   transactions.
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
        .undeclared, "the datastore was opened without the index '\(index.type.name)'")
    }
    if entry.state == .ready {
      datastore.state.setReady(number, true)
      return 0
    }
    var progress = entry.progress
    written = progress
    if entry.hasOldEntries, progress?.isClearing ?? true {
      try await forEachPiece(
        of: index.type, in: index.scope.table ?? datastore.state.tableOfRoot(above: type.number),
        from: progress, isClearing: true)
      progress = nil
    }
    try await forEachPiece(
      of: type, in: type.table ?? datastore.state.tableOfRoot(above: type.number), from: progress,
      isClearing: false)
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

  /// Goes through the objects, or entries, of a type, row after row.
  ///
  /// The rows are those of a snapshot: in newer ones writers have seen to the entries.
  private mutating func forEachPiece(
    of type: AnyObjectType, in table: String?, from start: BuildProgress?, isClearing: Bool
  ) async throws {
    guard let table else { return }
    var bytes: [UInt8] = []
    AnyObjectType.append(type.number, to: &bytes)
    let range = KeyRange.prefix(Bytes(bytes))
    var rows = KeyRange(from: start?.row ?? Bytes(), to: nil)
    var qualifier = start?.qualifier
    while true {
      let found = try await datastore.withSnapshot { [rows] snapshot in
        try await snapshot.rows(
          Scan(rows, columns: .data(range), cellsPerRowMax: 1), in: table, limit: 1)
      }
      guard let row = found.first?.row else { return }
      if row != start?.row { qualifier = nil }
      var rest = range
      if let qualifier { rest.start = qualifier.successor }
      while let last = try await piece(of: row, table, rest, isClearing) {
        rest.start = last.successor
      }
      rows.start = row.successor
    }
  }

  /// Does a piece of a row, and remembers it; returns where it ended, nil at the row's end.
  private mutating func piece(
    of row: RowKey, _ table: String, _ range: KeyRange, _ isClearing: Bool
  ) async throws -> Bytes? {
    let (index, number, before, type) = (index, number, written, type)
    let (state, limit) = (datastore.state, datastore.state.options.objectsPerPiece)
    let (last, count, progress) = try await datastore.withTransaction { transaction in
      let cells = try await transaction.cells(in: range, of: row, table, cellsMax: limit)
      var count = 0
      for cell in cells where KeyPathParts(cell.qualifier)?.kind == .object {
        let key = AnyKey(table: table, row: row, qualifier: cell.qualifier)
        if isClearing {
          var mutations = RowMutations(row)
          mutations.delete(cell.qualifier)
          try transaction.mutate(mutations, in: table)
        } else if state.schema.node(of: key)?.type == type {
          try await index.putEntries(ofStored: cell.value, at: key, in: &transaction)
        }
        count += 1
      }
      let last = cells.count == limit ? cells.last?.qualifier : nil
      var entry = try await transaction.catalogEntry(of: index, building: before)
      let progress = BuildProgress(
        isClearing: isClearing, row: last == nil ? row.successor : row, qualifier: last)
      entry.progress = progress
      try transaction.putCatalogEntry(entry, number)
      return (last, count, progress)
    }
    written = progress
    if !isClearing { added += count }
    return last
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
        .indexNotReady, "another task builds the index '\(index.type.name)', or it was opened anew")
    }
    return entry
  }
}
