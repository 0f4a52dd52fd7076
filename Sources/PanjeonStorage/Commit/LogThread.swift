// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// The log's thread: takes all queued records, has them written at once, and synced if one of them asks.
///
/// A sync serves every commit that was queued before it began (group commit). Commits are answered in batches,
/// first those that the write alone satisfies, then the rest.
package final class LogThread: Sendable {
  private let group: GroupCommit
  private let memoryDelay: Duration
  private var pipeline: CommitPipeline { group.pipeline }

  /// Creates the thread's work.
  ///
  /// - Parameters:
  ///   - group: What writes.
  ///   - memoryDelay: How long records of durability `memory` may gather.
  package init(_ group: GroupCommit, memoryDelay: Duration) {
    self.group = group
    self.memoryDelay = memoryDelay
  }

  /// Runs until the pipeline is closing and nothing is left to write.
  package func run() {
    var pace = GroupPace()
    while waitForWork() {
      lingerAndGather(&pace)
      let work = pipeline.monitor.withLock { state -> LogGroup? in
        // A sync that was under way may have failed while it gathered.
        if state.isLogBroken { return nil }
        state.log = .busy
        return state.takeGroup()
      }
      guard let work else { continue }
      unsafe work.waitingForRoom.forEach { unsafe $0.resume(returning: .roomMade) }
      do {
        try group.perform(work, &pace)
      } catch {
        group.fail(error)
        continue
      }
      if work.isLast { return }
    }
  }

  /// Sleeps until there is something to write and nobody else has the log; false when a broken log is closed.
  private func waitForWork() -> Bool {
    let hasWork = pipeline.monitor.wait(timeout: nil) { state -> Bool? in
      if state.log == .lent { return nil }
      if state.isLogBroken {
        state.log = .idle
        return state.isClosing ? false : nil
      }
      if state.records.isEmpty, !state.isUrgent {
        state.log = .idle
        return nil
      }
      state.log = .busy
      return true
    }
    return hasWork ?? false
  }

  /// Lets records of durability `memory` gather for a while, and commits that want a sync for one another.
  private func lingerAndGather(_ pace: inout GroupPace) {
    pipeline.monitor.wait(timeout: memoryDelay) { state -> Void? in
      if state.isUrgent || state.isLogBroken { return () }
      state.log = .lingering
      return nil
    }
    gather(&pace)
  }

  /// Waits for more commits to sync for, if a sync is all that is wanted.
  private func gather(_ pace: inout GroupPace) {
    let (queued, goal) = pipeline.monitor.withLock { state -> (Int, GroupPace.Goal?) in
      let queued = state.records.count
      return (queued, state.wantsOnlySync ? pace.goal(queued: queued) : nil)
    }
    guard let goal else { return }
    let begin = group.clock.monotonicNanoseconds()
    pipeline.monitor.wait(timeout: goal.time) { state -> Void? in
      if state.records.count >= goal.records || !state.wantsOnlySync { return () }
      state.log = .gathering(records: goal.records)
      return nil
    }
    let now = pipeline.monitor.withLock { $0.wantsOnlySync ? $0.records.count : nil }
    guard let now else { return }
    let taken = group.clock.monotonicNanoseconds() &- begin
    pace.noteWait(for: goal, from: queued, to: now, nanoseconds: taken)
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

  /// Whether nobody has the log, and everything in it is written or it is broken; then nobody takes it before ``begin(logNumber:)``.
  ///
  /// For whoever resumes the store. From then on syncs that are still under way say nothing any more: they are of the old log.
  package func abandonLog() -> Bool {
    monitor.withLock { state in
      let isFree = state.log != .busy && state.log != .lent
      guard isFree, state.isLogBroken || (state.records.isEmpty && !state.isUrgent) else {
        return false
      }
      state.syncs.forget()
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
      state.syncs.forget()
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
