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
  private let openFile: @Sendable (FileRecord, BlockCache) throws(StoreError) -> TableFile?
  /// Whether files are opened by several threads at once.
  private let opensConcurrently: Bool

  /// Creates a loader.
  ///
  /// - Parameters:
  ///   - directory: The store's directory.
  ///   - configuration: Sizes, bounds, file system.
  ///   - openFile: Opens an SSTable in another way than with every check; nil leaves it out.
  package init(
    _ directory: String, _ configuration: StoreConfiguration,
    openFile: (@Sendable (FileRecord, BlockCache) throws(StoreError) -> TableFile?)? = nil
  ) {
    self.directory = directory
    self.configuration = configuration
    let fileSystem = configuration.fileSystem
    self.fileSystem = fileSystem
    opensConcurrently = openFile == nil && fileSystem.isForManyThreads
    if let openFile {
      self.openFile = openFile
    } else {
      self.openFile = { record, cache throws(StoreError) in
        try TableFile.open(record, in: directory, fileSystem, cache)
      }
    }
  }

  package func load(isReadOnly: Bool) throws(StoreError) -> LoadedStore {
    let found = try Manifest.read(in: directory, fileSystem)
    var loaded = try load(found?.state ?? VersionState(), manifest: found?.number ?? 0)
    try LogReplay(directory, configuration, isReadOnly: isReadOnly).run(&loaded)
    return loaded
  }

  /// Opens the SSTables of a state; the log is left to the caller.
  package func load(
    _ state: VersionState, manifest number: UInt64
  ) throws(StoreError) -> LoadedStore {
    let budget = MemoryBudget(totalBytes: configuration.memoryBudgetBytes)
    let cache = BlockCache(budget: budget)
    var tables: [TableHandle] = []
    var files: [UInt64: TableFile] = [:]
    if opensConcurrently {
      files = try TableOpening.run(filesNamed(in: state)) {
        [openFile] record throws(StoreError) in try openFile(record, cache)
      }
    }
    for record in state.tables {
      tables.append(try openTable(record, state: state, &files, cache))
    }
    return LoadedStore(
      manifestNumber: number, state: state, catalog: Catalog(tables), cache: cache,
      fileNumbers: AtomicNumber(try firstFreeNumber(state)), lastSequence: state.lastSequence,
      lastTimestamp: state.lastTimestamp, segments: [], lastSegment: nil)
  }

  /// The files of a state, each once, in the order in which they would be opened one by one.
  private func filesNamed(in state: VersionState) -> [FileRecord] {
    var records: [FileRecord] = []
    var numbers: Set<UInt64> = []
    for table in state.tables {
      for region in state.regions where region.tableID == table.id {
        for group in 0..<UInt32(table.groupCount) {
          for record in state.files(regionID: region.id, group: group).all
          where numbers.insert(record.number).inserted {
            records.append(record)
          }
        }
      }
    }
    return records
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
        view.upper = try open(files.upper, &openFiles, cache)
        view.bottom = try open(files.bottom, &openFiles, cache)
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

  /// Opens files, or finds them among those that are open: several regions may name one.
  private func open(
    _ records: [FileRecord], _ openFiles: inout [UInt64: TableFile], _ cache: BlockCache
  ) throws(StoreError) -> [Table] {
    var tables: [Table] = []
    for record in records {
      var file = openFiles[record.number]
      if file == nil { file = try openFile(record, cache) }
      guard let file else { continue }
      openFiles[record.number] = file
      tables.append(Table(file, bounds: record.bounds))
    }
    return tables
  }
}

extension TableFile {
  /// Opens the file that a MANIFEST names, if it is that one.
  ///
  /// Throws `corruption` with the file's rows, `unsupportedFormat`, `io`.
  package static func open(
    _ record: FileRecord, in directory: String, _ fileSystem: any FileSystem, _ cache: BlockCache
  ) throws(StoreError) -> TableFile {
    let path = FileNames.path(directory, .table(record.number))
    do throws(StoreError) {
      let opened = try TableFile.open(
        file: try fileSystem.open(path, .read), number: record.number, cache: cache)
      guard let difference = record.difference(from: opened) else { return opened }
      throw StoreError(
        .corruption,
        "the file is not the one the MANIFEST names (\(difference)); restore it from a copy",
        file: path, offset: 0)
    } catch {
      throw StoreError(
        error.code, error.message, file: path, offset: error.offset, rows: record.fileRows,
        cause: error.cause)
    }
  }
}
