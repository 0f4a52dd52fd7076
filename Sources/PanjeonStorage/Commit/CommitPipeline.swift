// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// The one place where commits are put in order.
///
/// A commit enters with its batch encoded and its conditions evaluated. Under one lock it is validated against
/// the commits since that evaluation, given its sequences, inserted into memtables and queued for the log; then
/// its task sleeps until the log's thread has brought it, and all before it, to the durability asked for.
///
/// Lock order: this lock, then a region's view. Nothing under it does I/O or waits.
package final class CommitPipeline: Sendable {
  package let monitor: Monitor<SequencerState>

  /// The last sequence in order: what read-write transactions read at.
  package let sequenced: AtomicNumber

  /// The last sequence that is visible: what everything else reads at.
  package let visible: AtomicNumber

  package let statistics = CommitStatistics()

  private let memtables: MemTableSwitch
  private let pendingBytesMax: Int
  private let clock: any TimeSource
  private let stalls: StallMeter

  package init(
    state: SequencerState, memtables: MemTableSwitch, configuration: StoreConfiguration,
    stalls: StallMeter
  ) {
    sequenced = AtomicNumber(state.lastSequence)
    visible = AtomicNumber(state.lastSequence)
    monitor = Monitor(state)
    self.memtables = memtables
    pendingBytesMax = configuration.pendingLogBytesMax
    clock = configuration.timeSource
    self.stalls = stalls
  }

  /// The greatest timestamp that the store has assigned.
  package var lastTimestamp: Int64 { monitor.withLock { $0.lastTimestamp } }

  /// Puts a batch in order, and returns when it is visible.
  ///
  /// A batch without changes is only validated, and returns when all that is in order is visible.
  ///
  /// - Parameters:
  ///   - batch: The encoded batch.
  ///   - checks: What must not have changed.
  ///   - durability: What to wait for.
  ///   - leader: What the task writes the log with itself, if nobody has it and that takes no waiting; nil: it never does.
  /// - Returns: What became of it.
  package func enter(
    _ batch: inout PreparedBatch, _ checks: CommitChecks, _ durability: Durability,
    leader: GroupCommit? = nil
  ) async -> SequencerAnswer {
    let now = clock.presentMicroseconds()
    var stall: StallMeter.Begun?
    let answer: SequencerAnswer = unsafe await withUnsafeContinuation { continuation in
      let step = monitor.withLock { state in
        var step = unsafe sequence(&batch, checks, durability, now: now, continuation, &state)
        if step.isQueued { step.own = wakeOrLead(&state, leader, &step.wakesLogThread) }
        return step
      }
      if step.waitsForRoom { stall = stalls.begin(.logQueueFull) }
      if step.wakesLogThread { monitor.notifyAll() }
      if let own = step.own { leader?.lead(own) }
      let answer =
        step.answer ?? step.spinsFor.flatMap { unsafe spin(for: $0, continuation) }
      if let answer { unsafe continuation.resume(returning: answer) }
    }
    HandOver.fence()
    if let stall { stalls.end(stall) }
    return answer
  }

  private struct Step {
    var answer: SequencerAnswer?
    /// Whether there is something new for whoever has the log.
    var isQueued = false
    var wakesLogThread = false
    var waitsForRoom = false
    /// What the task is to write itself.
    var own: LogGroup?
    /// The sequence that the task waits to see visible, for a moment, before it is suspended.
    var spinsFor: UInt64?
  }

  private func sequence(
    _ batch: inout PreparedBatch, _ checks: CommitChecks, _ durability: Durability, now: Int64,
    _ continuation: CommitContinuation, _ state: inout SequencerState
  ) -> Step {
    if let failure = state.failure { return Step(answer: .failed(failure)) }
    if state.isClosing { return Step(answer: .failed(.storeClosed)) }
    if state.isHeld {
      unsafe state.held.append(continuation)
      return Step()
    }
    if hasChangedRegions(batch, checks) { return Step(answer: .regionsChanged) }
    if state.recordBytes >= pendingBytesMax {
      unsafe state.waitingForRoom.append(continuation)
      state.wantsWrite = true
      return Step(isQueued: true, waitsForRoom: true)
    }
    if let refusal = validate(checks, state.recent) {
      if !refusal.isFinal { state.counts.staleChecks += 1 }
      return Step(answer: refusal)
    }
    if batch.isEmpty {
      state.counts.withoutChanges += 1
      guard state.hasUnfinished else { return Step(answer: .committed) }
      unsafe state.unfinished.append(
        UnfinishedCommit(
          lastSequence: state.lastSequence, durability: .memory, continuation: continuation))
      return Step()
    }
    insert(&batch, now: now, &state)
    state.counts.add(batch, durability)
    return unsafe queue(batch, durability, continuation, &state)
  }

  /// Whether the batch is encoded for a region that is gone, was checked in the last view of one, or may not be written any more
  /// outside of transactions.
  private func hasChangedRegions(_ batch: PreparedBatch, _ checks: CommitChecks) -> Bool {
    for run in batch.runs where run.region.isRetired { return true }
    if batch.isOutsideTransactions {
      for run in batch.runs where run.region.hasJoinedTransactions { return true }
    }
    for table in checks.tables where table.isSuperseded { return true }
    return false
  }

  private func validate(_ checks: CommitChecks, _ recent: RecentCommits) -> SequencerAnswer? {
    for row in checks.rows {
      let wasWritten = recent.wasWritten(
        hash: row.hash, tableID: row.tableID, after: checks.rowsHoldAt)
      if wasWritten != false { return .stale }
    }
    for range in checks.ranges {
      guard checks.rangesHoldAt >= recent.windowStart else { return .rangesOutsideWindow }
      let row = recent.rowWritten(
        in: range.rows, tableID: range.tableID, after: checks.rangesHoldAt)
      if let row { return .rangeChanged(index: range.index, row: row) }
    }
    return nil
  }

  private func insert(
    _ batch: inout PreparedBatch, now: Int64, _ state: inout SequencerState
  ) {
    memtables.makeRoom(for: batch, logNumber: state.logNumber)
    let first = state.lastSequence + 1
    let timestamp = max(now, state.lastTimestamp + 1)
    state.lastTimestamp = timestamp
    memtables.insert(&batch, firstSequence: first, timestamp: timestamp)
    state.lastSequence = first + UInt64(batch.cellCount) - 1
    for run in batch.runs {
      state.recent.append(
        row: run.row, hash: run.hash, tableID: run.region.tableID, sequence: state.lastSequence)
    }
    sequenced.store(state.lastSequence)
  }

  private func queue(
    _ batch: PreparedBatch, _ durability: Durability, _ continuation: CommitContinuation,
    _ state: inout SequencerState
  ) -> Step {
    state.records.append(batch.record)
    state.recordBytes += batch.record.count
    state.lastRecordSequence = state.lastSequence
    var step = Step()
    if durability == .memory, !state.hasUnfinished {
      visible.store(state.lastSequence)
      step.answer = .committed
    } else {
      let spins = state.isSoonWritten && durability == .operatingSystem
      if spins { step.spinsFor = state.lastSequence }
      unsafe state.unfinished.append(
        UnfinishedCommit(
          lastSequence: state.lastSequence, durability: durability,
          continuation: spins ? nil : continuation))
    }
    if durability == .disk { state.wantsSync = true }
    if durability == .operatingSystem || state.recordBytes >= pendingBytesMax / 16 {
      state.wantsWrite = true
    }
    step.isQueued = true
    return step
  }

  /// Who is to write what has been queued: the task itself, which then has the log, or its thread, which may have to be woken.
  private func wakeOrLead(
    _ state: inout SequencerState, _ leader: GroupCommit?, _ wakesThread: inout Bool
  ) -> LogGroup? {
    switch state.log {
    case .busy, .lent: return nil
    case .lingering where !state.isUrgent: return nil
    case .gathering(let records) where state.records.count < records && state.wantsOnlySync:
      return nil
    case .idle where state.wantsWrite && leader?.mayLead(state) ?? false:
      state.log = .lent
      return state.takeGroup()
    case .idle, .lingering, .gathering:
      state.log = .busy
      wakesThread = true
      return nil
    }
  }

  /// Takes those that have reached what they wait for, and makes visible what lies before; the caller resumes them.
  ///
  /// Of a broken log nobody knows what it holds, and nobody waits for it: what is in order becomes visible when it is begun anew.
  func finish(_ state: inout SequencerState) -> ArraySlice<UnfinishedCommit> {
    if state.isLogBroken { return [] }
    let finished = state.takeFinished()
    if state.hasUnfinished {
      if let last = finished.last { visible.raise(to: last.lastSequence) }
    } else {
      visible.raise(to: state.lastSequence)
    }
    return finished
  }
}
