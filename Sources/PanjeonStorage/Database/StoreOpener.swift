// SPDX-License-Identifier: Apache-2.0

internal import Logging
package import WideColumn

/// Opens a store for writing: takes the lock, reads the MANIFEST, replays the log, starts the threads.
///
/// The article *Recovery* states the steps and what a crash between any two of them leaves behind.
package struct StoreOpener {
  private let directory: String
  private let configuration: StoreConfiguration
  private let fileSystem: any FileSystem

  package init(_ directory: String, _ configuration: StoreConfiguration) {
    self.directory = directory
    var configuration = configuration
    configuration.logger[metadataKey: "directory"] = "\(directory)"
    self.configuration = configuration
    fileSystem = configuration.fileSystem
  }

  package func open() throws(StoreError) -> EmbeddedStore {
    try configuration.validate()
    OpenFilesLimit.raise()
    guard let volumes = try ReplicationOpener(directory, configuration) else {
      return try open(on: nil)
    }
    let mounted = try volumes.mount()
    do throws(StoreError) {
      var configuration = configuration
      configuration.fileSystem = mounted.fileSystem
      configuration.writeBacklog = mounted.fileSystem.volumes.follower.backlog
      let store = try StoreOpener(directory, configuration).open(on: mounted)
      mounted.startRepairs()
      return store
    } catch {
      mounted.unmount()
      throw error
    }
  }

  private func open(on mounted: MountedStore?) throws(StoreError) -> EmbeddedStore {
    let begin = configuration.timeSource.monotonicNanoseconds()
    let exists = try StoreDirectory.inspect(directory, fileSystem)
    guard exists || configuration.createsIfMissing else {
      throw StoreDirectory.notAStore(directory, "it does not exist or is empty")
    }
    try fileSystem.createDirectory(directory)
    let lock = try fileSystem.lock(FileNames.path(directory, .lock))
    do throws(StoreError) {
      var loaded = try StoreLoader(directory, configuration).load(isReadOnly: false)
      if loaded.state.incarnation == nil {
        loaded.state.renewIncarnation(configuration.randomNumber)
      }
      return try assemble(loaded, mounted, lock: lock, begin: begin)
    } catch {
      lock.unlock()
      throw error
    }
  }

  private func assemble(
    _ loaded: LoadedStore, _ mounted: MountedStore?, lock: any FileLock, begin: UInt64
  ) throws(StoreError) -> EmbeddedStore {
    let manifest = try Manifest(
      number: loaded.manifestNumber + 1, state: loaded.state, directory: directory,
      fileSystem: fileSystem)
    var report = loaded.report
    report.orphansRemoved = try removeOrphans(loaded, manifest: loaded.manifestNumber + 1)
    let segments = try LogSegments(
      configuration: configuration, directory: directory, fileNumbers: loaded.fileNumbers,
      previous: loaded.lastSegment, live: loaded.segments)
    let signals = Monitor(BackgroundWork.Signals())
    let gauge = PressureGauge()
    let rowCache = RowCache(configuration, loaded.cache.budget)
    let memtables = MemTableSwitch(
      memtableBytesMax: configuration.memtableBytesMax, budget: loaded.cache.budget,
      rowCache: rowCache
    ) {
      gauge.viewsHaveChanged()
      signals.withLock { $0.wantsFlush = true }
      signals.notifyAll()
    }
    let events = EventQueue()
    mounted?.fileSystem.volumes.setOnEvent { events.post($0) }
    let stalls = StallMeter(clock: configuration.timeSource, events: events)
    let metrics = BackgroundMetrics()
    let pipeline = CommitPipeline(
      state: SequencerState(
        lastSequence: loaded.lastSequence, lastTimestamp: loaded.lastTimestamp,
        recentRowsMax: configuration.recentRowsMax, logNumber: segments.currentNumber),
      memtables: memtables, configuration: configuration, stalls: stalls)
    let halt = WriteHalt(pipeline, signals, metrics, events, configuration.logger)
    let snapshots = SnapshotRegistry(
      limit: configuration.snapshotsMax,
      clock: StoreClock(configuration.timeSource, after: loaded.lastTimestamp))
    let environment = BackgroundEnvironment(
      directory: directory, configuration: configuration, catalog: loaded.catalog,
      versions: VersionSet(
        manifest: manifest, state: loaded.state, fileNumbers: loaded.fileNumbers
      ) { error in halt.halt("the MANIFEST could not be written", because: error) },
      cache: loaded.cache, snapshots: snapshots, metrics: metrics, events: events, stalls: stalls,
      visible: pipeline.visible,
      syncLog: { sequence throws(StoreError) in try pipeline.syncLog(through: sequence) },
      lastTimestamp: { pipeline.monitor.withLock { $0.lastTimestamp } })
    let background = BackgroundWork(
      environment: environment, signals: signals, pipeline: pipeline, memtables: memtables,
      segments: segments, gauge: gauge,
      retirements: RetirementLog(
        loaded.state.retiredRegions, lastLogNumber: loaded.lastSegment?.number ?? 0), halt: halt)
    if report.recordsReplayed > 0 { flushReplayed(background, segments, halt) }
    signals.wantAll()
    report.duration = .nanoseconds(
      Int64(configuration.timeSource.monotonicNanoseconds() - begin))
    log(report)
    return EmbeddedStore(
      StoreParts(
        directory: directory, configuration: configuration, catalog: loaded.catalog,
        snapshots: snapshots,
        executor: IOExecutor(name: "panjeon-io", threads: configuration.readThreads),
        cache: loaded.cache, rowCache: rowCache, pipeline: pipeline, background: background,
        recovery: report,
        lock: lock, incarnation: loaded.state.incarnation ?? .unknown, mounted: mounted))
  }

  /// Writes what the log gave back to SSTables, before anything is built on it.
  ///
  /// The log was read from the system's cache, and synced; but if a sync of it had failed before, the system may have
  /// forgotten that these pages are not on disk, and say that they are. Nothing then tells but the next power cut. If this
  /// cannot be written, the store opens halted.
  private func flushReplayed(
    _ background: BackgroundWork, _ segments: LogSegments, _ halt: WriteHalt
  ) {
    let number = segments.currentNumber
    do throws(StoreError) {
      try background.flush.withGatesClosed { () throws(StoreError) in
        try background.flush.run(isLogNeeded: false, minLogNumber: number)
        try segments.release(below: number, recycles: false)
      }
    } catch {
      halt.halt("what the log held could not be written to SSTables", because: error)
    }
  }

  /// Removes files that a crash left behind: they belong to no state that was ever in force.
  private func removeOrphans(_ loaded: LoadedStore, manifest: UInt64) throws(StoreError) -> Int {
    let tables = loaded.state.fileNumbers
    let logs = Set(loaded.segments.map(\.number))
    var removed = 0
    for name in try fileSystem.list(directory) {
      let isOrphan: Bool
      switch FileNames(name) {
      case .table(let number)?: isOrphan = !tables.contains(number)
      case .log(let number)?: isOrphan = !logs.contains(number)
      case .manifest(let number)?: isOrphan = number != manifest
      case .currentTemporary?: isOrphan = true
      case .current?, .lock?, nil: isOrphan = false
      }
      guard isOrphan else { continue }
      try fileSystem.remove(directory + "/" + name)
      removed += 1
    }
    if removed > 0 { try fileSystem.syncDirectory(directory) }
    return removed
  }

  private func log(_ report: RecoveryReport) {
    let metadata: Logger.Metadata = [
      "records": "\(report.recordsReplayed)",
      "bytesDropped": "\(report.bytesDropped)", "duration": "\(report.duration)",
    ]
    if report.bytesDropped > 0 {
      configuration.logger.warning(
        "the end of the log was incomplete and has been dropped", metadata: metadata)
    } else {
      configuration.logger.debug("store opened", metadata: metadata)
    }
  }
}
