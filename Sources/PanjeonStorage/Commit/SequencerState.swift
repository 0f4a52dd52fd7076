// SPDX-License-Identifier: Apache-2.0

package import WideColumn

package typealias CommitContinuation = UnsafeContinuation<SequencerAnswer, Never>

/// A commit that has its place in the order and waits for its durability and its turn.
@safe package struct UnfinishedCommit: Sendable {
  package var lastSequence: UInt64
  package var durability: Durability
  /// How its task is answered; nil while the task spins, which sees by itself that the commit has become visible.
  package var continuation: CommitContinuation?

  package init(
    lastSequence: UInt64, durability: Durability, continuation: CommitContinuation?
  ) {
    self.lastSequence = lastSequence
    self.durability = durability
    unsafe self.continuation = unsafe continuation
  }
}

/// Who has the log, and what the log's thread is doing.
package enum LogPhase: Equatable, Sendable {
  /// The thread has it, works, and will look again before it sleeps.
  case busy

  /// Nobody has it: the thread sleeps until there is a record.
  case idle

  /// A committing task has it, and will look again before it gives it back; the thread sleeps.
  case lent

  /// It lets records gather until one is urgent or the delay has passed.
  case lingering

  /// It lets records that are to be synced gather until there are so many, or it has waited long enough.
  case gathering(records: Int)
}

/// What the sequencer's lock guards.
///
/// Safe: a continuation is taken out by whoever resumes it, under the lock, so it is resumed once.
@safe package struct SequencerState: Sendable {
  /// The sequence of the last cell in order.
  package var lastSequence: UInt64

  /// The greatest timestamp the store has assigned.
  package var lastTimestamp: Int64

  /// The rows written of late.
  package var recent: RecentCommits

  /// The records in order that the log's thread has not taken yet.
  package var records: [[UInt8]] = []
  package var recordBytes = 0

  /// The sequence of the last record in `records`, or of the last one taken.
  package var lastRecordSequence: UInt64

  /// Whether some of `records` are to be written at once, and whether they are to be synced.
  package var wantsWrite = false
  package var wantsSync = false

  /// The commits in order that are not visible yet, from `firstUnfinished` on.
  package var unfinished: [UnfinishedCommit] = []
  package var firstUnfinished = 0

  /// All up to here has been handed to the operating system.
  package var writtenThrough: UInt64

  /// All up to here has been synced.
  package var syncedThrough: UInt64

  /// The syncs that have been begun and not waited for.
  package var syncs = SyncsUnderWay()

  /// Commits that found no room in the log's queue.
  package var waitingForRoom: [CommitContinuation] = unsafe []

  /// Whether an ingestion is under way.
  package var isIngesting = false

  /// Whether commits wait outside the order while an ingestion is entered, and those that do.
  package var isHeld = false
  package var held: [CommitContinuation] = unsafe []

  /// The number of the segment that the next record may go to, or a later one.
  package var logNumber: UInt64

  /// What has been put in order since the store was opened; `refused` is counted elsewhere.
  package var counts = Metrics.Commits()

  /// Why the store takes no commits, if it does not.
  package var failure: StoreError?

  /// Whether a write or a sync of the log has failed: its thread then sleeps until the log is begun anew.
  package var isLogBroken = false

  package var isClosing = false

  /// Who has the log; so that its thread is woken only when it sleeps.
  package var log = LogPhase.busy

  package init(
    lastSequence: UInt64, lastTimestamp: Int64, recentRowsMax: Int, logNumber: UInt64
  ) {
    self.lastSequence = lastSequence
    self.lastTimestamp = lastTimestamp
    recent = RecentCommits(capacity: recentRowsMax, after: lastSequence)
    lastRecordSequence = lastSequence
    writtenThrough = lastSequence
    syncedThrough = lastSequence
    self.logNumber = logNumber
  }

  /// Whether the log's thread has something to do that cannot wait.
  package var isUrgent: Bool { wantsWrite || wantsSync || isClosing }

  /// Whether nothing is wanted of the log's thread but a sync, which may be worth while for a few more commits.
  package var wantsOnlySync: Bool { wantsSync && !wantsWrite && !isClosing }

  /// Whether a task is writing the log, and will write what is queued now right after.
  package var isSoonWritten: Bool { log == .lent && !wantsSync && !isClosing }

  /// How many bytes of records a committing task writes at once at the most.
  package static let leadBytesMax = 64 << 10

  /// Whether nothing is wanted but a write, which takes little time.
  package var wantsOnlyWrite: Bool {
    !records.isEmpty && !wantsSync && !isClosing && recordBytes <= Self.leadBytesMax
  }

  /// Takes all records from the queue, for whoever has the log.
  package mutating func takeGroup() -> LogGroup {
    let group = unsafe LogGroup(
      records: records, lastSequence: lastRecordSequence, wantsSync: wantsSync,
      waitingForRoom: waitingForRoom, isLast: isClosing)
    records = []
    records.reserveCapacity(group.records.count)
    recordBytes = 0
    unsafe waitingForRoom = unsafe []
    wantsWrite = false
    wantsSync = false
    return group
  }

  /// Gives a lent log back; returns whether its thread is to be woken, which then has it, or, of a broken log, ends.
  package mutating func giveLogBack() -> Bool {
    if isLogBroken {
      log = .idle
      return isClosing
    }
    let isWanted = !records.isEmpty || isUrgent
    log = isWanted ? .busy : .idle
    return isWanted
  }

  package var hasUnfinished: Bool { firstUnfinished < unfinished.count }

  /// Takes the commits from the front that have reached their durability.
  ///
  /// A commit is finished only when all before it are, which is what makes a visible state a prefix of the log.
  package mutating func takeFinished() -> ArraySlice<UnfinishedCommit> {
    let start = firstUnfinished
    while firstUnfinished < unfinished.count, isReached(unfinished[firstUnfinished]) {
      firstUnfinished += 1
    }
    let finished = unfinished[start..<firstUnfinished]
    if firstUnfinished == unfinished.count {
      unfinished = []
      firstUnfinished = 0
    } else if firstUnfinished > 4096 {
      unfinished.removeFirst(firstUnfinished)
      firstUnfinished = 0
    }
    return finished
  }

  /// Leaves a continuation with the commit of that sequence; false when that does not wait any more.
  package mutating func leave(
    _ continuation: CommitContinuation, with sequence: UInt64
  ) -> Bool {
    let index = unfinished[firstUnfinished...].firstIndex { $0.lastSequence == sequence }
    guard let index else { return false }
    unsafe unfinished[index].continuation = continuation
    return true
  }

  private func isReached(_ commit: UnfinishedCommit) -> Bool {
    switch commit.durability {
    case .memory: true
    case .operatingSystem: commit.lastSequence <= writtenThrough
    case .disk: commit.lastSequence <= syncedThrough
    }
  }
}
