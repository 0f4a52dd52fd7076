// SPDX-License-Identifier: Apache-2.0

public import WideColumn

extension EmbeddedStore: TableAdministration {
  /// Returns the shape of a table.
  ///
  /// Throws `noSuchTable` or `closed`.
  public func schema(of table: String) async throws(StoreError) -> TableSchema {
    try requireOpen()
    return try catalog.table(table).schema
  }

  /// The shapes of all tables, by name.
  public func tables() async throws(StoreError) -> [TableSchema] {
    try requireOpen()
    return catalog.all.map(\.schema)
  }

  /// Creates a table of one region; durable when it returns.
  ///
  /// Throws `tableExists`, `invalidArgument`, `readOnly`, `io` or `closed`.
  public func createTable(_ schema: TableSchema) async throws(StoreError) {
    try requireOpen()
    guard let background else {
      throw StoreError(.readOnly, "the store was opened for reading only")
    }
    try schema.validate()
    let catalog = catalog
    let bytesMax = configuration.memtableBytesMax
    try await executor.run { () throws(StoreError) in
      try Self.create(schema, in: catalog, background, memtableBytesMax: bytesMax)
    }
  }

  private static func create(
    _ schema: TableSchema, in catalog: Catalog, _ background: BackgroundWork, memtableBytesMax: Int
  ) throws(StoreError) {
    try background.environment.versions.apply { state throws(StoreError) in
      if state.tables.contains(where: { $0.schema.name == schema.name }) {
        throw StoreError(.tableExists, "there is a table '\(schema.name)' already")
      }
      let table = TableRecord.numbering(schema, id: state.nextTableID)
      let region = RegionRecord(id: state.nextRegionID, tableID: table.id, rows: .all)
      var edit = VersionEdit()
      edit.createdTables = [table]
      edit.addedRegions = [region]
      return edit
    }
    let state = background.environment.versions.state
    guard let record = state.tables.first(where: { $0.schema.name == schema.name }) else {
      preconditionFailure("a table that was just created is gone")
    }
    catalog.insert(
      TableHandle.empty(
        record, state: state, memtableBytesMax: memtableBytesMax,
        budget: background.environment.cache.budget))
  }
}

extension TableHandle {
  /// A table whose regions hold nothing yet.
  package static func empty(
    _ record: TableRecord, state: VersionState, memtableBytesMax: Int, budget: MemoryBudget
  ) -> TableHandle {
    let regions = state.regions.filter { $0.tableID == record.id }
      .sorted { $0.rows.start < $1.rows.start }
    return TableHandle(
      record: record,
      regions: regions.map { region in
        let groups = (0..<record.groupCount).map { _ in
          GroupView(active: LoggedMemTable(capacityBytes: memtableBytesMax, budget: budget))
        }
        return Region(
          id: region.id, tableID: record.id, rows: region.rows, view: RegionView(groups: groups))
      })
  }
}
