// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// The thread that writes the log: takes all queued records, writes them at once, syncs if one of them asks.
///
/// A sync serves every commit that was queued before it began (group commit). Commits are answered in batches,
/// first those that the write alone satisfies, then the rest.
package final class LogThread: Sendable {
  private let pipeline: CommitPipeline
  private let segments: LogSegments
  private let memoryDelay: Duration
  private let clock: any TimeSource
  private let onNewSegment: @Sendable () -> Void
  private let halt: WriteHalt

  /// Creates the thread's work.
  ///
  /// - Parameters:
  ///   - pipeline: Where the records come from.
  ///   - segments: Where they go to.
  ///   - memoryDelay: How long records of durability `memory` may gather.
  ///   - clock: By which a sync is timed.
  ///   - halt: Told when the log could not be written.
  ///   - onNewSegment: Called, without locks, when the log has grown by a segment.
  package init(
    pipeline: CommitPipeline, segments: LogSegments, memoryDelay: Duration,
    clock: any TimeSource, halt: WriteHalt, onNewSegment: @escaping @Sendable () -> Void
  ) {
    self.onNewSegment = onNewSegment
    self.halt = halt
    self.pipeline = pipeline
    self.segments = segments
    self.memoryDelay = memoryDelay
    self.clock = clock
  }

  // Safe: each continuation is resumed once, by the one who took it from the queue.
  @safe private struct Work {
    var records: [[UInt8]]
    var lastSequence: UInt64
    var wantsSync: Bool
    var waitingForRoom: [CommitContinuation]
    var isLast: Bool
  }

  /// Runs until the pipeline is closing and nothing is left to write.
  package func run() {
    var pace = GroupPace()
    while true {
      let work = nextWork(&pace)
      unsafe work.waitingForRoom.forEach { unsafe $0.resume(returning: .roomMade) }
      do {
        try perform(work, &pace)
      } catch {
        fail(error)
        if !waitUntilMended() { return }
        continue
      }
      if work.isLast { return }
    }
  }

  /// Sleeps until there is something to write; lets records of durability `memory` gather for a while, and commits that want a sync for
  /// one another.
  private func nextWork(_ pace: inout GroupPace) -> Work {
    pipeline.monitor.wait(timeout: nil) { state -> Void? in
      if !state.records.isEmpty || state.isUrgent { return () }
      state.logThread = .idle
      return nil
    }
    pipeline.monitor.wait(timeout: memoryDelay) { state -> Void? in
      if state.isUrgent { return () }
      state.logThread = .lingering
      return nil
    }
    gather(&pace)
    return pipeline.monitor.withLock { state in take(&state) }
  }

  /// Waits for more commits to sync for, if a sync is all that is wanted.
  private func gather(_ pace: inout GroupPace) {
    let (queued, goal) = pipeline.monitor.withLock { state -> (Int, GroupPace.Goal?) in
      let queued = state.records.count
      return (queued, state.wantsOnlySync ? pace.goal(queued: queued) : nil)
    }
    guard let goal else { return }
    pipeline.monitor.wait(timeout: goal.time) { state -> Void? in
      if state.records.count >= goal.records || !state.wantsOnlySync { return () }
      state.logThread = .gathering(records: goal.records)
      return nil
    }
    let now = pipeline.monitor.withLock { $0.wantsOnlySync ? $0.records.count : nil }
    if let now { pace.noteWait(for: goal, from: queued, to: now) }
  }

  private func take(_ state: inout SequencerState) -> Work {
    let work = unsafe Work(
      records: state.records, lastSequence: state.lastRecordSequence, wantsSync: state.wantsSync,
      waitingForRoom: state.waitingForRoom, isLast: state.isClosing)
    state.records = []
    state.records.reserveCapacity(work.records.count)
    state.recordBytes = 0
    unsafe state.waitingForRoom = unsafe []
    state.wantsWrite = false
    state.wantsSync = false
    state.logThread = .busy
    return work
  }

  private func perform(_ work: Work, _ pace: inout GroupPace) throws(StoreError) {
    if !work.records.isEmpty {
      try write(work.records)
      publish { $0.writtenThrough = work.lastSequence }
    }
    if work.wantsSync || work.isLast {
      let begin = clock.monotonicNanoseconds()
      try segments.sync()
      let taken = clock.monotonicNanoseconds() &- begin
      pipeline.statistics.logSyncs.add(1)
      var queued = 0
      publish { state in
        state.writtenThrough = work.lastSequence
        state.syncedThrough = work.lastSequence
        queued = state.records.count
      }
      pace.noteSync(of: work.records.count, queued: queued, nanoseconds: taken)
    }
  }

  private func write(_ records: [[UInt8]]) throws(StoreError) {
    var bytes = 0
    for record in records {
      if segments.isFull(for: record.count) { try beginSegment() }
      segments.append(record)
      bytes += record.count
    }
    try segments.flush()
    let statistics = pipeline.statistics
    statistics.logWrites.add(1)
    statistics.logRecords.add(UInt64(records.count))
    statistics.logBytes.add(UInt64(bytes))
  }

  private func beginSegment() throws(StoreError) {
    let number = try segments.beginNext()
    pipeline.monitor.withLock { $0.logNumber = number }
    onNewSegment()
  }

  /// Raises a watermark, makes visible what it lets through, and wakes those who waited for it.
  private func publish(_ raise: (inout SequencerState) -> Void) {
    let finished = pipeline.monitor.withLock { state -> ArraySlice<UnfinishedCommit> in
      raise(&state)
      let finished = state.takeFinished()
      if state.hasUnfinished {
        if let last = finished.last { pipeline.visible.raise(to: last.lastSequence) }
      } else {
        pipeline.visible.raise(to: state.lastSequence)
      }
      return finished
    }
    pipeline.monitor.notifyAll()
    HandOver.fence()
    for commit in finished { unsafe commit.continuation.resume(returning: .committed) }
  }

  /// After a failed write or sync nothing can be promised: the log takes no more, and those who wait are told.
  ///
  /// A failed sync is never tried again, because the kernel may have dropped the pages it could not write. Commits that
  /// had no room in the queue yet have certainly not happened, and are told so when they enter again.
  private func fail(_ error: StoreError) {
    let failure = WriteHalt.failure(WriteHalt.failureOfLog, error)
    // All at once: whoever sees that the log is broken may resume the store.
    let (waiting, outside, isFirst) = unsafe pipeline.monitor.withLock {
      state -> ([CommitContinuation], [CommitContinuation], Bool) in
      state.isLogBroken = true
      let isFirst = state.failure == nil
      state.failure = state.failure ?? failure
      let waiting = unsafe state.unfinished[state.firstUnfinished...].map(unsafe \.continuation)
      state.unfinished = []
      state.firstUnfinished = 0
      let outside = unsafe state.waitingForRoom
      unsafe state.waitingForRoom = unsafe []
      halt.stopBackground()
      return unsafe (waiting, outside, isFirst)
    }
    pipeline.monitor.notifyAll()
    halt.noteFailureOfLog(error, isFirst: isFirst)
    let unknown = StoreError(
      .unknownOutcome, "the log failed before the commit was known to be durable; read to find out",
      cause: failure)
    HandOver.fence()
    unsafe waiting.forEach { unsafe $0.resume(returning: .failed(unknown)) }
    unsafe outside.forEach { unsafe $0.resume(returning: .roomMade) }
  }

  /// Sleeps until the log has been begun anew; false when the store is closed first.
  private func waitUntilMended() -> Bool {
    let isMended = pipeline.monitor.wait(timeout: nil) { state -> Bool? in
      if !state.isLogBroken { return true }
      return state.isClosing ? false : nil
    }
    return isMended ?? false
  }
}

extension CommitPipeline {
  /// Waits until the log is synced through `sequence`.
  ///
  /// For background threads: it blocks.
  ///
  /// No SSTable may enter the MANIFEST before the log is synced through its largest sequence; otherwise a crash
  /// could keep the half of a batch that was flushed and lose the half that was not.
  package func syncLog(through sequence: UInt64) throws(StoreError) {
    monitor.withLock { state in
      if state.syncedThrough < sequence { state.wantsSync = true }
    }
    monitor.notifyAll()
    let failure = monitor.wait(timeout: nil) { state -> Result<Void, StoreError>? in
      if state.isLogBroken { return .failure(state.failure ?? .storeClosed) }
      return state.syncedThrough >= sequence ? .success(()) : nil
    }
    if case .failure(let error)? = failure { throw error }
  }

  /// Refuses every later commit and lets the log's thread finish what is queued.
  package func beginClosing() {
    monitor.withLock { $0.isClosing = true }
    monitor.notifyAll()
  }

  /// Why the store takes no commits, if it does not.
  package var failure: StoreError? {
    monitor.withLock { $0.failure }
  }

  /// Refuses every later commit; returns false when an earlier failure has done so already, and stays the cause.
  package func refuse(because failure: StoreError) -> Bool {
    monitor.withLock { state in
      if state.failure != nil { return false }
      state.failure = failure
      return true
    }
  }

  /// Takes commits again, after everything in order has been flushed and the log has been begun anew.
  ///
  /// What had an unknown outcome has happened by now: it becomes visible.
  package func begin(logNumber: UInt64) {
    monitor.withLock { state in
      state.records = []
      state.recordBytes = 0
      state.lastRecordSequence = state.lastSequence
      state.wantsWrite = false
      state.wantsSync = false
      state.writtenThrough = state.lastSequence
      state.syncedThrough = state.lastSequence
      state.logNumber = logNumber
      state.isLogBroken = false
      state.failure = nil
      visible.raise(to: state.lastSequence)
    }
    monitor.notifyAll()
  }
}
