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
  /// Throws `tableExists`, `invalidArgument`, `readOnly`, `closed`, or `unknownOutcome` when the MANIFEST could not be
  /// written: the table is not there, unless the store crashes before it is resumed.
  public func createTable(_ schema: TableSchema) async throws(StoreError) {
    try await createTable(schema, splitAt: [])
  }

  /// Creates a table that is cut into regions from the start; durable when it returns.
  ///
  /// For tables that are filled by many writers at once, or whose rows are known to spread (HBase's pre-splitting).
  ///
  /// - Parameters:
  ///   - schema: The table's shape.
  ///   - points: The first rows of all regions but the first one, ascending.
  /// - Throws: `tableExists`, `invalidArgument`, `limitExceeded`, `readOnly`, `closed`, or `unknownOutcome` as ``createTable(_:)``.
  public func createTable(
    _ schema: TableSchema, splitAt points: [RowKey]
  ) async throws(StoreError) {
    try requireOpen()
    let background = try requireWritable()
    try schema.validate()
    try Self.check(points, schema.splitPolicy, limits)
    let ranges = try Self.ranges(splitAt: points)
    let catalog = catalog
    let bytesMax = configuration.memtableBytesMax
    // By the thread that changes regions: to it, the tables there are must not change meanwhile.
    try await background.regions.run { _ throws(StoreError) in
      try Self.create(schema, ranges, in: catalog, background, memtableBytesMax: bytesMax)
    }
  }

  /// The most regions that a table is created with.
  package static let regionsMax = 16384

  private static func check(
    _ points: [RowKey], _ policy: SplitPolicy, _ limits: StoreLimits
  ) throws(StoreError) {
    if points.count >= regionsMax {
      throw StoreError(
        .limitExceeded, "a table of \(points.count + 1) regions; at most \(regionsMax) are allowed")
    }
    for point in points {
      try limits.check(row: point)
      let start = policy.groupStart(of: point)
      guard start == point else {
        throw StoreError(
          .invalidArgument,
          "split point '\(point)' lies within rows that stay together; they begin at '\(start)'")
      }
    }
  }

  /// The ranges between split points, the first and the last without a bound.
  private static func ranges(splitAt points: [RowKey]) throws(StoreError) -> [KeyRange] {
    var ranges: [KeyRange] = []
    var start = Bytes()
    for point in points {
      guard point > start else {
        throw StoreError(
          .invalidArgument,
          "split points must ascend, and the first must not be empty: '\(point)' follows '\(start)'"
        )
      }
      ranges.append(KeyRange(from: start, to: point))
      start = point
    }
    ranges.append(KeyRange(from: start, to: nil))
    return ranges
  }

  private static func create(
    _ schema: TableSchema, _ ranges: [KeyRange], in catalog: Catalog, _ background: BackgroundWork,
    memtableBytesMax: Int
  ) throws(StoreError) {
    let versions = background.environment.versions
    try versions.apply(change: "table '\(schema.name)'") { state throws(StoreError) in
      if state.tables.contains(where: { $0.schema.name == schema.name }) {
        throw StoreError(.tableExists, "there is a table '\(schema.name)' already")
      }
      let table = TableRecord.numbering(schema, id: state.nextTableID)
      let firstID = state.nextRegionID
      var edit = VersionEdit()
      edit.createdTables = [table]
      if schema.splitPolicy != .default {
        edit.splitPolicies = [SplitPolicyRecord(tableID: table.id, policy: schema.splitPolicy)]
      }
      edit.addedRegions = ranges.enumerated().map { index, rows in
        RegionRecord(id: firstID + UInt64(index), tableID: table.id, rows: rows)
      }
      return edit
    }
    let state = versions.state
    guard let record = state.tables.first(where: { $0.schema.name == schema.name }) else {
      preconditionFailure("a table that was just created is gone")
    }
    catalog.insert(
      TableHandle.empty(
        record, state: state, memtableBytesMax: memtableBytesMax,
        budget: background.environment.cache.budget,
        after: background.environment.snapshots.removals.value))
  }
}

extension TableHandle {
  /// A table whose regions hold nothing yet.
  package static func empty(
    _ record: TableRecord, state: VersionState, memtableBytesMax: Int, budget: MemoryBudget,
    after removals: UInt64
  ) -> TableHandle {
    let regions = state.regions.filter { $0.tableID == record.id }
      .sorted { $0.rows.start < $1.rows.start }
    return TableHandle(
      record: record,
      regions: regions.map { region in
        let groups = (0..<record.groupCount).map { _ in
          GroupView(
            active: LoggedMemTable(
              capacityBytes: memtableBytesMax, rows: region.rows, budget: budget))
        }
        return Region(
          id: region.id, tableID: record.id, rows: region.rows, view: RegionView(groups: groups))
      }, removals: removals == 0 ? nil : TableRemovals(createdAfter: removals))
  }
}
