// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// What must hold of a plan before anything of it is sent: once it is decided its redo must not be refused.
extension CommitPlan {
  /// Checks families and sizes.
  ///
  /// Throws `noSuchTable`, `noSuchFamily`, `limitExceeded`, `invalidArgument`.
  func check<Store: WideColumnStore>(
    against store: Store, _ known: SchemaCache
  ) async throws(StoreError) {
    do throws(StoreError) {
      return try await checkOnce(against: store, known)
    } catch {
      guard error.code == .noSuchFamily || error.code == .noSuchTable else { throw error }
    }
    known.forget()
    try await checkOnce(against: store, known)
  }

  private func checkOnce<Store: WideColumnStore>(
    against store: Store, _ known: SchemaCache
  ) async throws(StoreError) {
    let limits = store.limits
    if writes.count + reads.count + ranges.count > limits.rowsPerBatchMax {
      throw StoreError(.limitExceeded, "more than \(limits.rowsPerBatchMax) rows and ranges")
    }
    var schemas: [String: TableSchema] = [:]
    for table in Set((writes.map(\.name) + reads.map(\.name)).map(\.table)).sorted() {
      let schema = try await known.schema(of: table, in: store)
      if !schema.isTransactional {
        throw StoreError(.noSuchFamily, "table '\(table)' has no column family '!lock!'")
      }
      schemas[table] = schema
    }
    for write in writes {
      guard let schema = schemas[write.name.table] else { continue }
      try limits.check(row: write.name.row)
      if write.changes.count + 2 > limits.mutationsPerBatchMax {
        throw StoreError(.limitExceeded, "more than \(limits.mutationsPerBatchMax) mutations")
      }
      for change in write.changes { try Self.check(change, schema, limits) }
    }
    for write in writes { try checkIntents(of: write, limits) }
  }

  /// Checks that what is written has its families still.
  ///
  /// Throws `noSuchTable`, `noSuchFamily`.
  func checkFamilies(_ schemas: [String: TableSchema]) throws(StoreError) {
    for write in writes {
      guard let schema = schemas[write.name.table] else { continue }
      for change in write.changes { try Self.checkFamily(of: change, schema) }
    }
  }

  private static func checkFamily(
    of change: Mutation, _ schema: TableSchema
  ) throws(StoreError) {
    if let family = change.family, schema.family(named: family) == nil {
      throw StoreError(
        .noSuchFamily, "table '\(schema.name)' has no column family '\(family)'")
    }
  }

  private static func check(
    _ change: Mutation, _ schema: TableSchema, _ limits: StoreLimits
  ) throws(StoreError) {
    try checkFamily(of: change, schema)
    switch change {
    case .put(let column, _, let value, let timeToLive):
      try limits.check(qualifier: column.qualifier)
      try limits.check(value: value)
      if let timeToLive, timeToLive.microsecondsToLive == nil {
        throw StoreError(
          .invalidArgument,
          "a put of column '\(column)' with a time to live of \(timeToLive); at least one microsecond"
        )
      }
    case .deleteVersion(let column, _), .deleteColumn(let column, _),
      .increment(let column, _, _), .append(let column, _, _), .minimum(let column, _, _),
      .maximum(let column, _, _):
      try limits.check(qualifier: column.qualifier)
    case .deleteFamily, .deleteFamilyVersion, .deleteRow: break
    }
  }

  /// What is intended lies in one cell until it is done.
  private func checkIntents(of write: Write, _ limits: StoreLimits) throws(StoreError) {
    var bytes = write.changes.reduce(64) { $0 + $1.byteCount + 64 }
    if write.name == primary.name {
      bytes += writes.reduce(0) { $0 + $1.name.row.count + $1.name.table.utf8.count + 8 }
    }
    if bytes > min(limits.valueBytesMax, limits.batchBytesMax) {
      throw StoreError(
        .limitExceeded,
        "what is to be done to row '\(write.name.row)' of table '\(write.name.table)' takes about \(bytes) bytes beside its lock; "
          + "a value may have \(limits.valueBytesMax)")
    }
  }

  /// Resolves increments and the like by what their rows hold: a redo must come to the same however often it is made.
  ///
  /// The rows are read again with the columns concerned; returns the place of one that has changed, nil when all are as before.
  /// Throws `invalidArgument` for a value that is no integer, or a sum that leaves 64 bits; errors of the store.
  mutating func resolveChanges<Store: WideColumnStore>(
    in store: Store, _ known: SchemaCache, atMost limit: Int
  ) async throws(StoreError) -> Int? {
    let places = writes.indices.filter { place in
      writes[place].changes.contains { ReadModifyWriteRule($0) != nil }
    }
    if places.isEmpty { return nil }
    let unresolved = writes
    let results = await concurrently(places, atMost: limit) { place in
      await Result { () async throws(StoreError) in
        let write = unresolved[place]
        return try await write.resolved(in: store, known.schema(of: write.name.table, in: store))
      }
    }
    for (place, result) in zip(places, results) {
      guard let changes = try result.get() else { return unresolved[place].operation }
      for case .put(_, _, let value, _) in changes { try store.limits.check(value: value) }
      setChanges(changes, ofWrite: place)
      // What an append comes to may be long.
      try checkIntents(of: writes[place], store.limits)
    }
    return nil
  }
}

extension CommitPlan.Write {
  /// The changes with puts in the place of those that depend on what the row holds; nil when its header has changed.
  fileprivate func resolved<Store: WideColumnStore>(
    in store: Store, _ schema: TableSchema
  ) async throws(StoreError) -> [Mutation]? {
    var columns = ColumnSelection()
    for rule in changes.compactMap({ ReadModifyWriteRule($0) }) {
      columns.add(family: rule.column.family, qualifier: rule.column.qualifier)
    }
    columns.add(family: LockColumn.header.family, qualifier: LockColumn.header.qualifier)
    let row = try await store.get(Get(name.row, columns: columns), in: name.table)
    if row?.header != headerBefore { return nil }
    var overlay = RowOverlay(row, schema: schema)
    var resolved: [Mutation] = []
    for change in changes {
      var made = change
      if let rule = ReadModifyWriteRule(change) {
        let value = try rule.apply(to: overlay.newest(rule.column))
        made = .put(rule.column, timestamp: rule.timestamp, value: value)
      }
      try overlay.apply(made)
      resolved.append(made)
    }
    return resolved
  }
}
