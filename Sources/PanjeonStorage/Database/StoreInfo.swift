// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// What a store consists of at one moment, for people and tools.
public struct StoreInfo: Hashable, Sendable {
  /// One locality group of a region.
  public struct Group: Hashable, Sendable {
    /// The group's number within its table.
    public var number: Int
    /// How many tiered SSTables it has.
    public var upperFiles: Int
    /// How many SSTables its bottom level has.
    public var bottomFiles: Int
    /// The bytes of its SSTables.
    public var fileBytes: UInt64
    /// The cells in its SSTables, deletes and hidden versions included.
    public var cellCount: UInt64
    /// The cells in its memtables.
    public var memtableCellCount: UInt64
  }

  /// One region of a table.
  public struct RegionInfo: Hashable, Sendable {
    /// The region's number.
    public var id: UInt64
    /// Its rows.
    public var rows: KeyRange
    /// Its locality groups.
    public var groups: [Group]
  }

  /// One table.
  public struct Table: Hashable, Sendable {
    /// The table's shape.
    public var schema: TableSchema
    /// Its regions, by row.
    public var regions: [RegionInfo]
  }

  /// The store's directory.
  public var directory: String
  /// The version of the format on disk.
  public var formatVersion: UInt64
  /// The sequence of the last visible change.
  public var lastSequence: UInt64
  /// The tables, by name.
  public var tables: [Table]
  /// The bytes of all files in the directory.
  public var directoryBytes: UInt64
  /// The number of log segments in the directory.
  public var logSegments: Int
  /// What recovery found when the store was opened.
  public var recovery: RecoveryReport
}

extension EmbeddedStore {
  /// Describes the store.
  ///
  /// Throws `io` or `closed`.
  public func info() async throws(StoreError) -> StoreInfo {
    try requireOpen()
    let tables = catalog.all.map { table in
      StoreInfo.Table(schema: table.schema, regions: table.regions.map(describe))
    }
    let (directory, fileSystem) = (directory, configuration.fileSystem)
    let (bytes, logs) = try await executor.run { () throws(StoreError) in
      var bytes: UInt64 = 0
      var logs = 0
      for name in try fileSystem.list(directory) {
        guard let known = FileNames(name) else { continue }
        if case .log = known { logs += 1 }
        // Beside a writer a file may be gone by now: it then counts for nothing.
        let path = directory + "/" + name
        guard try fileSystem.exists(path), let file = try? fileSystem.open(path, .read) else {
          continue
        }
        bytes += try file.size()
        file.close()
      }
      return (bytes, logs)
    }
    return StoreInfo(
      directory: directory, formatVersion: CurrentFile.formatVersion,
      lastSequence: pipeline.visible.value, tables: tables, directoryBytes: bytes,
      logSegments: logs, recovery: recovery)
  }

  private func describe(_ region: Region) -> StoreInfo.RegionInfo {
    let groups = region.view.groups.enumerated().map { number, group in
      let files = group.upper + group.bottom
      return StoreInfo.Group(
        number: number, upperFiles: group.upper.count, bottomFiles: group.bottom.count,
        fileBytes: files.reduce(0) { $0 + $1.fileBytes },
        cellCount: files.reduce(0) { $0 + $1.properties.cellCount },
        memtableCellCount: ([group.active] + group.immutables).reduce(0) {
          $0 + $1.table.cellCount
        })
    }
    return StoreInfo.RegionInfo(id: region.id, rows: region.rows, groups: groups)
  }
}
