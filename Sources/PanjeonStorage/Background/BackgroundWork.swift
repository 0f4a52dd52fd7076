// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// The threads that flush, compact, change regions and give back log segments, and the pressure they put on writers.
package final class BackgroundWork: Sendable {
  // Safe: a continuation is taken out under the lock by whoever resumes it.
  @safe package struct Signals: Sendable {
    var wantsFlush = false
    package var wantsCompaction = false
    var wantsRegions = false
    var isStopping = false
    /// How many of the loops are at work.
    var loopsAtWork = 0
    /// Whether something could not be written, so that nothing more may be.
    var isHalted = false
    /// How often the store has been resumed: a failure of work that began before says nothing of now.
    var resumptions = 0
    /// Commits that wait until one more memtable has been flushed.
    var waitingForFlush: [UnsafeContinuation<Void, Never>] = unsafe []
  }

  package let environment: BackgroundEnvironment
  package let signals: Monitor<Signals>
  private let pipeline: CommitPipeline
  private let memtables: MemTableSwitch
  package let segments: LogSegments

  /// What a committing task writes the log with itself, where a write of the log does not wait.
  package let leader: GroupCommit
  private let loops: BackgroundLoops
  let gauge: PressureGauge
  package let regions: RegionWork
  package let flush: WholeFlush
  package let resumption: Resumption
  package let checkpoint: Checkpoint
  let ingestion: Ingestion
  private let threads: [WorkerThread]
  private let eventThread: WorkerThread

  package init(
    environment: BackgroundEnvironment, signals: Monitor<Signals>, pipeline: CommitPipeline,
    memtables: MemTableSwitch, segments: LogSegments, gauge: PressureGauge,
    retirements: RetirementLog, halt: WriteHalt
  ) {
    self.gauge = gauge
    self.environment = environment
    self.signals = signals
    self.pipeline = pipeline
    self.memtables = memtables
    self.segments = segments
    let loops = BackgroundLoops(
      environment: environment, signals: signals, pipeline: pipeline, memtables: memtables,
      segments: segments, gauge: gauge, retirements: retirements, halt: halt)
    self.loops = loops
    let regions = RegionWork(
      environment, signals, pipeline, gauge, halt,
      RegionReplacement(environment, pipeline, memtables, retirements),
      TableChange(environment, pipeline, memtables, retirements))
    self.regions = regions
    let group = GroupCommit(
      pipeline: pipeline, segments: segments, clock: environment.configuration.timeSource,
      halt: halt
    ) {
      guard loops.isLogTooLong else { return }
      signals.withLock { $0.wantsFlush = true }
      signals.notifyAll()
    }
    leader = group
    let log = LogThread(group, memoryDelay: environment.configuration.memoryDurabilityDelay)
    flush = WholeFlush(environment, pipeline, memtables, signals, gauge)
    resumption = Resumption(environment, pipeline, segments, flush, halt)
    checkpoint = Checkpoint(environment, flush)
    ingestion = Ingestion(environment, pipeline, memtables, signals, gauge)
    var threads = [
      WorkerThread(name: "panjeon-log") { log.run() },
      WorkerThread(name: "panjeon-flush") { loops.flushLoop() },
      WorkerThread(name: "panjeon-compact") { loops.compactionLoop() },
      WorkerThread(name: "panjeon-regions") { regions.loop() },
    ]
    if let rate = environment.configuration.scrubBytesPerSecond {
      let verifier = OnlineVerifier(
        environment.catalog, environment.directory, environment.configuration.fileSystem,
        environment.versions, segments)
      let scrubber = Scrubber(environment, signals, verifier, bytesPerSecond: rate)
      threads.append(WorkerThread(name: "panjeon-scrub") { scrubber.loop() })
    }
    self.threads = threads
    let eventLoop = EventLoop(
      environment.events, environment.stalls, environment.snapshots, environment.configuration)
    eventThread = WorkerThread(name: "panjeon-events") { eventLoop.run() }
  }

  /// Why the store takes no writes; nil while it does.
  var writeFailure: StoreError? { pipeline.failure }

  /// Whether nothing is being flushed or compacted, nor waits for it.
  package var isIdle: Bool {
    let isResting = signals.withLock { state in
      !state.wantsFlush && !state.wantsCompaction && !state.wantsRegions && state.loopsAtWork == 0
    }
    return isResting && environment.fileCounts.unflushedMax == 0
  }

  /// Flushes every memtable and waits for it.
  ///
  /// For closing.
  package func flushAll() throws(StoreError) {
    pipeline.monitor.withLock { _ in
      for table in environment.catalog.all {
        for region in table.regions {
          for group in region.view.groups.indices {
            memtables.exchange(region: region, group: group)
          }
        }
      }
    }
    let flusher = Flusher(environment)
    for table in environment.catalog.all {
      for region in table.regions {
        for group in region.view.groups.indices {
          while try flusher.flushOldest(region: region, group: group) {}
        }
      }
    }
    try loops.releaseSegments()
    try environment.versions.apply { _ throws(StoreError) in
      var edit = VersionEdit()
      edit.requests = environment.catalog.all.flatMap { $0.regions.map(\.requests) }
      return edit
    }
  }

  /// Stops flush, compaction and changes of regions and waits for their threads; the log's thread goes on.
  package func stopAllButLog() {
    environment.stop()
    signals.withLock { $0.isStopping = true }
    signals.notifyAll()
    signals.resumeWaiters()
    for thread in threads[1...] { thread.join() }
  }

  /// Waits for the log's thread, which ends when the pipeline is closing.
  package func joinLogThread() {
    threads[0].join()
  }

  /// Waits until the last event has been delivered; nothing posts one any more.
  package func finishEvents() {
    environment.events.stop()
    eventThread.join()
  }
}

extension Duration {
  /// The duration in whole microseconds; zero for one below zero, and no more than `Int64` can hold.
  package var microseconds: UInt64 { UInt64(microsecondsToLive ?? 0) }
}

extension Monitor<BackgroundWork.Signals> {
  /// Has all loops look for work.
  func wantAll() {
    withLock { state in
      state.wantsFlush = true
      state.wantsCompaction = true
      state.wantsRegions = true
    }
    notifyAll()
  }

  /// Lets the commits go on that wait for a flush.
  func resumeWaiters() {
    let waiting = unsafe withLock { state -> [UnsafeContinuation<Void, Never>] in
      defer { unsafe state.waitingForFlush = [] }
      return unsafe state.waitingForFlush
    }
    unsafe waiting.forEach { unsafe $0.resume() }
  }
}
