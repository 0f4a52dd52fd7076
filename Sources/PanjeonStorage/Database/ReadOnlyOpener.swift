// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Opens a store beside a process that may be writing it.
///
/// Nothing is locked, so files may vanish and log segments be written again while they are read. The MANIFEST
/// tells: if it is the same afterwards as before, nothing that was read has been replaced. If only edits were added that give
/// up no segment of the log, neither has anything: the SSTables are open, and all of the log that their state lacks
/// was there throughout; unless the edits say what no log says (rows ingested or removed, tables created, altered or
/// dropped), since the commits behind that would be seen without it. Otherwise, or when a file was gone or looked damaged, the reading is done again.
package struct ReadOnlyOpener {
  /// How often the reading is done again.
  package static let attemptsMax = 50

  private let directory: String
  private let configuration: StoreConfiguration

  package init(_ directory: String, _ configuration: StoreConfiguration) {
    self.directory = directory
    self.configuration = configuration
  }

  package func open() throws(StoreError) -> EmbeddedStore {
    try configuration.validate()
    guard let view = try VolumeView(directory, configuration) else { return try openFiles() }
    var configuration = configuration
    configuration.fileSystem = view
    return try ReadOnlyOpener(directory, configuration).openFiles()
  }

  private func openFiles() throws(StoreError) -> EmbeddedStore {
    let fileSystem = configuration.fileSystem
    OpenFilesLimit.raise()
    guard try StoreDirectory.inspect(directory, fileSystem) else {
      throw StoreDirectory.notAStore(directory, "it does not exist or is empty")
    }
    let begin = configuration.timeSource.monotonicNanoseconds()
    var lastError: StoreError?
    for _ in 0..<Self.attemptsMax {
      let before = Result { () throws(StoreError) in
        try Manifest.identity(in: directory, fileSystem)
      }
      let loaded = Result { () throws(StoreError) in
        try StoreLoader(directory, configuration).load(isReadOnly: true)
      }
      let after = Result { () throws(StoreError) in
        try Manifest.identity(in: directory, fileSystem)
      }
      switch (before, loaded, after) {
      case (.success(let old?), .success(let loaded), .success(let new?))
      where old == new || hasWholeLog(loaded):
        return EmbeddedStore(readOnly: loaded, directory, configuration, begunAt: begin)
      case (.success(let old?), .failure(let error), .success(let new?)) where old == new:
        // The writer changed no file meanwhile: if the error stays, it is real.
        if lastError?.description == error.description { throw error }
        lastError = error
      case (.failure(let error), _, _), (_, .failure(let error), _), (_, _, .failure(let error)):
        if error.code != .io, lastError?.description == error.description { throw error }
        lastError = error
      default: continue
      }
    }
    throw StoreError(
      .unavailable, "the store's writer replaced files faster than they could be read; try again",
      file: directory, cause: lastError)
  }

  /// Whether the writer has given up no segment of the log since the MANIFEST was read.
  ///
  /// It says so in the MANIFEST before it writes one again, or removes it. Nor has anything been done meanwhile that the
  /// MANIFEST alone says.
  private func hasWholeLog(_ loaded: LoadedStore) -> Bool {
    do throws(StoreError) {
      guard let found = try Manifest.read(in: directory, configuration.fileSystem)?.state else {
        return false
      }
      // What was ingested, removed or altered stands in no log, and commits that follow it do.
      return found.minLogNumber == loaded.state.minLogNumber
        && found.ingestedThrough == loaded.state.ingestedThrough
        && found.removalCount == loaded.state.removalCount
        && found.tables.map(\.apartFromPolicy) == loaded.state.tables.map(\.apartFromPolicy)
    } catch {
      // It is being written, or has been replaced: then all is read again.
      return false
    }
  }
}

extension EmbeddedStore {
  /// A store that is only read, of what has been loaded.
  package convenience init(
    readOnly loaded: LoadedStore, _ directory: String, _ configuration: StoreConfiguration,
    begunAt begin: UInt64
  ) {
    let pipeline = CommitPipeline(
      state: SequencerState(
        lastSequence: loaded.lastSequence, lastTimestamp: loaded.lastTimestamp,
        recentRowsMax: configuration.recentRowsMax, logNumber: 0),
      memtables: MemTableSwitch(
        memtableBytesMax: configuration.memtableBytesMax, budget: loaded.cache.budget,
        rowCache: nil
      ) {},
      configuration: configuration,
      stalls: StallMeter(clock: configuration.timeSource, events: EventQueue()))
    var report = loaded.report
    report.duration = .nanoseconds(
      Int64(configuration.timeSource.monotonicNanoseconds() - begin))
    self.init(
      StoreParts(
        directory: directory, configuration: configuration, catalog: loaded.catalog,
        snapshots: SnapshotRegistry(
          limit: configuration.snapshotsMax,
          clock: StoreClock(configuration.timeSource, after: loaded.lastTimestamp)),
        executor: IOExecutor(name: "panjeon-io", threads: configuration.readThreads),
        cache: loaded.cache, rowCache: RowCache(configuration, loaded.cache.budget),
        pipeline: pipeline, background: nil, recovery: report, lock: nil,
        incarnation: loaded.state.incarnation ?? .unknown))
  }
}
