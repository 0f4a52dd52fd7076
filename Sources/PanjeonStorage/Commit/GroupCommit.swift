// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Writes the log, a group of records at a time, and answers the commits that wait for it.
///
/// For whoever has the log: its thread, or a committing task that the log is lent to while the thread sleeps, which then *leads* those
/// that come while it writes (the page *Durability*; the idea is that of LevelDB's and RocksDB's write groups). Who has it stands in the
/// sequencer's state, and changes under its lock.
package final class GroupCommit: Sendable {
  /// How many groups a task writes before it gives the log to the thread: its own commit is answered with the first.
  package static let leadsMax = 8

  package let pipeline: CommitPipeline
  let segments: LogSegments
  let clock: any TimeSource
  private let halt: WriteHalt
  private let onNewSegment: @Sendable () -> Void

  /// Creates the work.
  ///
  /// - Parameters:
  ///   - pipeline: Where the records come from.
  ///   - segments: Where they go to.
  ///   - clock: By which a sync is timed.
  ///   - halt: Told when the log could not be written.
  ///   - onNewSegment: Called, without locks, when the log has grown by a segment.
  package init(
    pipeline: CommitPipeline, segments: LogSegments, clock: any TimeSource, halt: WriteHalt,
    onNewSegment: @escaping @Sendable () -> Void
  ) {
    self.pipeline = pipeline
    self.segments = segments
    self.clock = clock
    self.halt = halt
    self.onNewSegment = onNewSegment
  }

  /// Writes a group, and syncs if one of it asks; or begins to, where syncs are apart from writers.
  ///
  /// Throws `io`, `noSpace`; nobody has been told.
  func perform(_ group: LogGroup, _ pace: inout GroupPace) throws(StoreError) {
    if !group.records.isEmpty {
      try write(group.records)
      publish { $0.writtenThrough = group.lastSequence }
    }
    guard group.wantsSync || group.isLast else { return }
    if segments.syncsApart {
      // Nothing is gathered for it: the pace hears of no sync. The next one need not wait until this has ended, and those that are
      // under way are made one by whoever carries them out.
      try beginSync(through: group.lastSequence, isLast: group.isLast)
    } else {
      let begin = clock.monotonicNanoseconds()
      try segments.sync()
      let taken = clock.monotonicNanoseconds() &- begin
      pipeline.statistics.logSyncs.add(1)
      var queued = 0
      publish { state in
        state.writtenThrough = group.lastSequence
        state.syncedThrough = group.lastSequence
        queued = state.records.count
      }
      pace.noteSync(of: group.records.count, queued: queued, nanoseconds: taken)
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
  func publish(_ raise: (inout SequencerState) -> Void) {
    let finished = pipeline.monitor.withLock { state -> ArraySlice<UnfinishedCommit> in
      raise(&state)
      return pipeline.finish(&state)
    }
    pipeline.monitor.notifyAll()
    HandOver.fence()
    finished.resume()
  }

  /// Writes a group for the task that the log has been lent to, and those that queue up meanwhile; then gives the log back.
  ///
  /// It does not wait: nothing is synced and no segment begun here.
  package func lead(_ first: LogGroup) {
    var next: LogGroup? = first
    var count = 0
    while let group = next {
      unsafe group.waitingForRoom.forEach { unsafe $0.resume(returning: .roomMade) }
      do {
        try write(group.records)
      } catch {
        return fail(error)
      }
      count += 1
      let mayGoOn = count < Self.leadsMax
      var wakesThread = false
      let finished = pipeline.monitor.withLock { state -> ArraySlice<UnfinishedCommit> in
        state.writtenThrough = group.lastSequence
        let finished = pipeline.finish(&state)
        // A sync that was under way may have failed meanwhile.
        next = mayGoOn && !state.isLogBroken && mayLead(state) ? state.takeGroup() : nil
        if next == nil { wakesThread = state.giveLogBack() }
        return finished
      }
      if wakesThread { pipeline.monitor.notifyAll() }
      HandOver.fence()
      finished.resume()
    }
  }

  /// Whether what is queued can be written without waiting; asked under the lock, by whoever has the log or may have it.
  package func mayLead(_ state: SequencerState) -> Bool {
    state.wantsOnlyWrite && !segments.isFull(for: state.recordBytes) && segments.isWriteBuffered
  }

  /// After a write or sync of whoever has the log has failed: it is given back, broken.
  func fail(_ error: StoreError) {
    fail(error) { state in
      state.log = .idle
      return true
    }
  }

  /// After a failed write or sync nothing can be promised: the log takes no more, and those who wait are told.
  ///
  /// A failed sync is never tried again, because the kernel may have dropped the pages it could not write. Commits that
  /// had no room in the queue yet have certainly not happened, and are told so when they enter again.
  ///
  /// - Parameters:
  ///   - error: What went wrong.
  ///   - concernsLog: Asked first, under the lock: whether it is the log of now that has failed.
  func fail(_ error: StoreError, if concernsLog: (inout SequencerState) -> Bool) {
    let failure = WriteHalt.failure(WriteHalt.failureOfLog, error)
    // All at once: whoever sees that the log is broken may resume the store.
    let told = unsafe pipeline.monitor.withLock {
      state -> (waiting: [CommitContinuation], outside: [CommitContinuation], isFirst: Bool)? in
      guard concernsLog(&state) else { return nil }
      state.isLogBroken = true
      let isFirst = state.failure == nil
      state.failure = state.failure ?? failure
      let waiting = unsafe state.unfinished[state.firstUnfinished...].compactMap(
        unsafe \.continuation)
      state.unfinished = []
      state.firstUnfinished = 0
      let outside = unsafe state.waitingForRoom
      unsafe state.waitingForRoom = unsafe []
      halt.stopBackground()
      return unsafe (waiting, outside, isFirst)
    }
    guard let (waiting, outside, isFirst) = unsafe told else { return }
    pipeline.monitor.notifyAll()
    halt.noteFailureOfLog(error, isFirst: isFirst)
    let answer = SequencerAnswer.unknownOutcome(failure)
    HandOver.fence()
    unsafe waiting.forEach { unsafe $0.resume(returning: answer) }
    unsafe outside.forEach { unsafe $0.resume(returning: .roomMade) }
  }
}

extension ArraySlice<UnfinishedCommit> {
  /// Answers those whose tasks have been suspended; the others see it by themselves.
  func resume() {
    for commit in self { unsafe commit.continuation?.resume(returning: .committed) }
  }
}

/// What is written to the log at once.
///
/// Safe: each continuation is resumed once, by the one who took it from the queue.
@safe package struct LogGroup {
  var records: [[UInt8]]
  var lastSequence: UInt64
  var wantsSync: Bool
  var waitingForRoom: [CommitContinuation]
  /// Whether the store is being closed, and nothing comes behind it.
  var isLast: Bool
}
