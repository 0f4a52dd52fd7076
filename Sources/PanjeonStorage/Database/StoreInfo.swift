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
    /// How many of these are parts of files that other regions have parts of too, since a split.
    public var sharedFiles: Int
    /// The bytes of its SSTables; of a shared one, those of the blocks that hold its rows.
    public var fileBytes: UInt64
    /// The cells in its SSTables, deletes and hidden versions included; of a shared one, all.
    public var cellCount: UInt64
    /// The cells in its memtables; until what was in memory at a split is flushed, both halves count all of it.
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
    /// How many of its rows have been read since it came to be; beside a writer, as of its last flush.
    public var reads: UInt64
    /// How many of its rows have been written since it came to be; beside a writer, as of its last flush.
    public var writes: UInt64
    /// How many memtables of it were flushed since the store was opened.
    public var flushes: UInt64
    /// How many compactions of it there were since the store was opened.
    public var compactions: UInt64
    /// How many requests a second it gets, over about a minute; nil while that is not known.
    public var requestsPerSecond: Double?
    /// Whether it gets far more requests than the other regions of its table.
    public var isHot: Bool
    /// The regions that it took the place of; none: it was created with its table.
    public var parents: [UInt64]
    /// When it took their place.
    public var createdAt: Timestamp?
    /// Why it took their place.
    public var cause: String?
    /// The row at which its table's policy would split it now; nil: it would not.
    public var splitPoint: RowKey?
    /// Why it would, or would not.
    public var advice: String
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
  /// The bytes of all files in the directory, but for `LOCK`, which is as long as its process's number.
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
    let tables = catalog.all.map(describe)
    let (directory, fileSystem) = (directory, configuration.fileSystem)
    let (bytes, logs) = try await executor.run { () throws(StoreError) in
      var bytes: UInt64 = 0
      var logs = 0
      for name in try fileSystem.list(directory) {
        guard let known = FileNames(name) else { continue }
        switch known {
        case .log: logs += 1
        case .lock: continue
        default: break
        }
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

  private func describe(_ table: TableHandle) -> StoreInfo.Table {
    let rates = background?.regions.rates
    let hot = rates?.hotRegions(of: table) ?? []
    let advisor = SplitAdvisor(table, memtableBytes: configuration.memtableBytesMax)
    return StoreInfo.Table(
      schema: table.schema,
      regions: table.regions.map { region in
        var info = describe(region, advisor.advice(for: region))
        info.requestsPerSecond = rates?.perSecond(region.id)
        info.isHot = hot.contains(region.id)
        return info
      })
  }

  private func describe(
    _ region: Region, _ advice: SplitAdvisor.Advice
  ) -> StoreInfo.RegionInfo {
    let groups = region.view.groups.enumerated().map { number, group in
      let tables = group.upper + group.bottom
      return StoreInfo.Group(
        number: number, upperFiles: group.upper.count, bottomFiles: group.bottom.count,
        sharedFiles: tables.count { $0.bounds != nil }, fileBytes: group.fileBytes,
        cellCount: tables.reduce(0) { $0 + $1.properties.cellCount },
        memtableCellCount: group.immutables.reduce(group.active.table.cellCount) {
          $0 + $1.cellCount
        })
    }
    var splitPoint: RowKey?
    if case .split(let row, _) = advice { splitPoint = row }
    return StoreInfo.RegionInfo(
      id: region.id, rows: region.rows, groups: groups, reads: region.metrics.reads,
      writes: region.metrics.writes.value, flushes: region.metrics.flushes.value,
      compactions: region.metrics.compactions.value, requestsPerSecond: nil, isHot: false,
      parents: region.origin?.parents ?? [],
      createdAt: region.origin.map { Timestamp(microseconds: $0.createdAt) },
      cause: region.origin?.cause, splitPoint: splitPoint, advice: advice.cause)
  }
}
