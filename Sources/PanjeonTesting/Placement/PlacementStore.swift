// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
internal import WideColumn

/// The store of a trial: small, so that little data fills memtables, segments and SSTables.
enum PlacementStore {
  static let column = Column(family: "data", qualifier: Bytes(utf8: "q"))

  /// No stall of a trial is nearly as long, however busy the machine.
  static let volumeTimeout = Duration.seconds(20)

  static func configuration(
    _ base: StoreConfiguration, _ fileSystem: any FileSystem, _ topology: PlacementTopology,
    boot: String, isNew: Bool, onEvent: @escaping @Sendable (StoreEvent) -> Void
  ) -> StoreConfiguration {
    var configuration = base
    configuration.fileSystem = fileSystem
    configuration.memoryBudgetBytes = 4 << 20
    configuration.memtableBytesMax = 48 << 10
    configuration.logSegmentBytes = 24 << 10
    configuration.logRetentionBytesMax = 96 << 10
    configuration.blockBytes = 512
    configuration.tableFileBytesMax = 64 << 10
    configuration.recentRowsMax = 64
    configuration.createsIfMissing = isNew
    var replication = ReplicationConfiguration(volumes: topology.volumes)
    replication.syncsAllCopies = topology.isStrict
    replication.volumeTimeout = volumeTimeout
    replication.volumeProbeInterval = .milliseconds(20)
    replication.repairBytesPerSecond = nil
    configuration.replication = replication
    configuration.bootIdentity = { boot }
    configuration.onEvent = onEvent
    return configuration
  }

  static func createTables(in store: EmbeddedStore) async throws(StoreError) {
    for table in PlacementBatch.tables {
      try await store.createTable(
        TableSchema(name: table, families: [ColumnFamily(column.family)]))
    }
  }

  /// What the writers' rows hold; a value that nobody can have written has the tag ``PlacementTag/unknown``.
  static func contents(
    of store: EmbeddedStore, writers: Int
  ) async throws(StoreError) -> [PlacementTrace.Rows] {
    var contents: [PlacementTrace.Rows] = Array(repeating: [:], count: writers)
    for table in PlacementBatch.tables {
      try await read(store, table, &contents)
    }
    return contents
  }

  private static func read(
    _ store: EmbeddedStore, _ table: String, _ contents: inout [PlacementTrace.Rows]
  ) async throws(StoreError) {
    var cursor = try await store.scan(Scan(), in: table)
    while let found = try await cursor.next() {
      let parts = String(decoding: found.row, as: UTF8.self).dropFirst().split(separator: "/")
      guard parts.count == 2, let writer = Int(parts[0]), let row = Int(parts[1]),
        contents.indices.contains(writer)
      else { throw StoreError(.corruption, "there is a row that nobody has written") }
      contents[writer][row] = tag(found, writer: writer, row: row)
    }
  }

  static func tag(_ result: RowResult, writer: Int, row: Int) -> PlacementTag {
    for cell in result where cell.column == column {
      return PlacementBatch.tag(of: cell.value, writer: writer, row: row) ?? .unknown
    }
    return .unknown
  }
}
