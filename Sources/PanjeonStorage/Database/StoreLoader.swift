// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// What is on disk, brought into memory.
package struct LoadedStore: Sendable {
  package var manifestNumber: UInt64
  package var state: VersionState
  package var catalog: Catalog
  package var cache: BlockCache
  package var fileNumbers: AtomicNumber
  package var lastSequence: UInt64
  package var lastTimestamp: Int64
  package var segments: [(number: UInt64, bytes: UInt64)]
  package var lastSegment: (number: UInt64, end: UInt64)?
  package var report = RecoveryReport()
}

/// Reads MANIFEST, SSTables and log of a store; writes nothing, but syncs the log of a store that it opens for
/// writing.
package struct StoreLoader {
  private let directory: String
  private let configuration: StoreConfiguration
  private let fileSystem: any FileSystem

  package init(_ directory: String, _ configuration: StoreConfiguration) {
    self.directory = directory
    self.configuration = configuration
    fileSystem = configuration.fileSystem
  }

  package func load(isReadOnly: Bool) throws(StoreError) -> LoadedStore {
    let found = try Manifest.read(in: directory, fileSystem)
    let state = found?.state ?? VersionState()
    let budget = MemoryBudget(totalBytes: configuration.memoryBudgetBytes)
    let cache = BlockCache(budget: budget)
    var tables: [TableHandle] = []
    var files: [UInt64: TableFile] = [:]
    for record in state.tables {
      tables.append(try openTable(record, state: state, &files, cache))
    }
    var loaded = LoadedStore(
      manifestNumber: found?.number ?? 0, state: state, catalog: Catalog(tables), cache: cache,
      fileNumbers: AtomicNumber(try firstFreeNumber(state)), lastSequence: state.lastSequence,
      lastTimestamp: state.lastTimestamp, segments: [], lastSegment: nil)
    try LogReplay(directory, configuration, isReadOnly: isReadOnly).run(&loaded)
    return loaded
  }

  private func firstFreeNumber(_ state: VersionState) throws(StoreError) -> UInt64 {
    var next = state.nextFileNumber
    guard try fileSystem.exists(directory) else { return next }
    for name in try fileSystem.list(directory) {
      switch FileNames(name) {
      case .log(let number)?, .table(let number)?: next = max(next, number + 1)
      default: continue
      }
    }
    return next
  }

  private func openTable(
    _ record: TableRecord, state: VersionState, _ openFiles: inout [UInt64: TableFile],
    _ cache: BlockCache
  ) throws(StoreError) -> TableHandle {
    var regions: [Region] = []
    for region in state.regions where region.tableID == record.id {
      var groups: [GroupView] = []
      for group in 0..<UInt32(record.groupCount) {
        let files = state.files(regionID: region.id, group: group)
        var view = GroupView(
          active: LoggedMemTable(
            capacityBytes: configuration.memtableBytesMax, rows: region.rows, budget: cache.budget))
        for file in files.upper { view.upper.append(try open(file, &openFiles, cache)) }
        for file in files.bottom { view.bottom.append(try open(file, &openFiles, cache)) }
        groups.append(view)
      }
      regions.append(
        Region(
          id: region.id, tableID: record.id, rows: region.rows, view: RegionView(groups: groups),
          origin: state.origins[region.id], requests: state.requests[region.id]))
    }
    guard !regions.isEmpty else {
      throw StoreError(
        .corruption, "the MANIFEST has no region for table '\(record.schema.name)'",
        file: directory)
    }
    return TableHandle(record: record, regions: regions.sorted { $0.rows.start < $1.rows.start })
  }

  /// Opens a file, or finds it among those that are open: several regions may name it.
  private func open(
    _ record: FileRecord, _ openFiles: inout [UInt64: TableFile], _ cache: BlockCache
  ) throws(StoreError) -> Table {
    let path = FileNames.path(directory, .table(record.number))
    let opened: TableFile
    if let known = openFiles[record.number] {
      opened = known
    } else {
      let file = try fileSystem.open(path, .read)
      opened = try TableFile.open(file: file, number: record.number, cache: cache)
      openFiles[record.number] = opened
    }
    let properties = opened.properties
    guard opened.fileBytes == record.fileBytes, properties.regionID == record.originRegionID,
      properties.localityGroup == record.group, properties.cellCount == record.cellCount,
      properties.smallestRow == record.smallestRow, properties.largestRow == record.largestRow
    else {
      throw StoreError(
        .corruption, "the file is not the one the MANIFEST names; restore it from a copy",
        file: path, offset: 0)
    }
    return Table(opened, bounds: record.bounds)
  }
}
