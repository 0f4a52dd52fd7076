// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// Changes of tables while the store is open; the article *Schemas* says who meets what.
extension EmbeddedStore {
  /// Gives a table another schema of the same name; durable when it returns.
  ///
  /// Families may be added, dropped, and keep other versions; locality groups may be added and compressed otherwise, which
  /// shows as files are rewritten; the split policy may be another one. What a dropped family holds is gone at once for reads, and
  /// from the disk as files are compacted; a family of the same name that is added later begins empty. Of versions that a family did
  /// not keep before, those that compaction has left are seen again.
  ///
  /// - Parameter schema: The schema.
  /// - Throws: `noSuchTable`; `invalidArgument` when the schema makes no sense, a family would move to another locality group, or
  ///   `!lock!` would be dropped; `limitExceeded` when the table has had too many families; `readOnly`, `closed`: the table is as it
  ///   was; `unknownOutcome` when the MANIFEST could not be written: it is as it was, unless the store crashes before it is
  ///   resumed.
  public func alterTable(_ schema: TableSchema) async throws(StoreError) {
    try schema.validate()
    try await changeTable(schema.name) { change, table throws(StoreError) in
      try change.alter(table, to: schema)
    }
  }

  /// Removes a table and all that it holds; durable when it returns.
  ///
  /// Reads that have begun go on; others find no such table, at whatever snapshot; one that is created under its name later is not
  /// there for snapshots from before the drop. Throws `noSuchTable`, `readOnly`, `io`, `noSpace`,
  /// `closed`: the table is there; `unknownOutcome` when the MANIFEST could not be written: it is there, unless the store
  /// crashes before it is resumed.
  public func dropTable(_ name: String) async throws(StoreError) {
    try await changeTable(name) { change, table throws(StoreError) in try change.drop(table) }
  }

  /// Removes all rows of a table; durable when it returns.
  ///
  /// What was acknowledged before the call is gone, what is written after it stays; commits that meet it wait. Snapshots from
  /// before see what they saw. The locks of transactions go, too.
  ///
  /// - Parameters:
  ///   - name: The table.
  ///   - keepsRegions: Whether the table stays cut as it is; else it has one region.
  /// - Throws: `noSuchTable`, `readOnly`, `io`, `noSpace`, `closed`: the rows are there; `unknownOutcome` when the MANIFEST could
  ///   not be written: they are there, unless the store crashes before it is resumed.
  public func truncateTable(
    _ name: String, keepsRegions: Bool = true
  ) async throws(StoreError) {
    try await changeTable(name) { change, table throws(StoreError) in
      try change.empty(
        table.regions, of: table, leaving: keepsRegions ? table.regions.map(\.rows) : [.all])
    }
  }

  /// Removes all rows of a range; durable when it returns.
  ///
  /// It takes as long for many rows as for few, and the disk gets back at once what only they took. All of it is removed at one moment:
  /// what was acknowledged before the call is gone, what is written after it stays; commits that meet it wait. Snapshots from before
  /// see what they saw. The locks of transactions go, too: a transaction that has read one of the rows, or scanned them, conflicts.
  /// RocksDB's DeleteRange and DeleteFilesInRanges in one.
  ///
  /// - Parameters:
  ///   - rows: The rows.
  ///   - table: Their table.
  /// - Throws: `noSuchTable`, `limitExceeded`; `invalidArgument` for an inverted range; `readOnly`, `io`, `noSpace`, `closed`,
  ///   `unknownOutcome` as ``truncateTable(_:keepsRegions:)``.
  public func deleteRows(in rows: KeyRange, of table: String) async throws(StoreError) {
    try rows.requireInOrder("the rows to remove")
    if !rows.start.isEmpty { try limits.check(row: rows.start) }
    if let stop = rows.stop, !stop.isEmpty { try limits.check(row: stop) }
    try requireOpen()
    let background = try requireWritable()
    let catalog = catalog
    try await background.regions.run { work throws(StoreError) in
      _ = try catalog.table(table)
      if !rows.isEmpty { try work.deleteRows(in: rows, of: table) }
    }
  }

  private func changeTable(
    _ name: String,
    _ body: @escaping @Sendable (TableChange, TableHandle) throws(StoreError) -> Void
  ) async throws(StoreError) {
    try requireOpen()
    let background = try requireWritable()
    let catalog = catalog
    try await background.regions.run { work throws(StoreError) in
      try work.changeTable(try catalog.table(name), body)
    }
  }
}
