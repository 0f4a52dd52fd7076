// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Syncs of the log that are begun and not waited for, where its file says so (``File/syncsApart``).
///
/// Their ends come on threads of the file system's, while the log may be in anybody's hands: they touch the sequencer's state and nothing
/// of the segments.
extension GroupCommit {
  /// How many syncs are under way at the most; one more that is wanted is kept until one of them has ended.
  ///
  /// Those under way are made one by the file, so that many are no quicker than two. The bound is for what a commit leaves behind
  /// while a disk stalls.
  package static let syncsMax = 16

  /// Begins to sync everything written, which is what is in order through `sequence`; the last sync of all is waited for, with those before.
  ///
  /// Throws `io`, `noSpace`.
  func beginSync(through sequence: UInt64, isLast: Bool) throws(StoreError) {
    try segments.flush()
    let generation = pipeline.monitor.withLock { state -> UInt64? in
      state.isLogBroken ? nil : state.syncs.begin(isLast ? .max : Self.syncsMax)
    }
    if let generation {
      segments.beginSync { [self] result in end(result, through: sequence, generation) }
    }
    guard isLast else { return }
    pipeline.monitor.wait(timeout: nil) { state -> Void? in
      state.isLogBroken || state.syncs.count == 0 ? () : nil
    }
  }

  /// A sync has ended, on whatever thread: answers those who waited for it, or tells them that it has failed.
  ///
  /// Of a log that has been begun anew since it says nothing any more.
  private func end(
    _ result: Result<Void, StoreError>, through sequence: UInt64, _ generation: UInt64
  ) {
    switch result {
    case .success:
      pipeline.statistics.logSyncs.add(1)
      publish { state in
        guard state.syncs.end(generation), !state.isLogBroken else { return }
        state.syncedThrough = max(state.syncedThrough, sequence)
        if state.syncs.takeKept() { state.wantsSync = true }
      }
    case .failure(let error):
      // Whoever has the log keeps it, and finds it broken when it is given back. Those that fail after the first say nothing new.
      fail(error) { state in state.syncs.end(generation) && !state.isLogBroken }
    }
  }
}

/// The syncs of the log that are under way; guarded by the sequencer's lock.
package struct SyncsUnderWay: Sendable {
  /// How many there are.
  package private(set) var count = 0

  /// Whether one more is wanted as soon as one of them has ended.
  private var isOneKept = false

  /// Which log they are of.
  private var generation: UInt64 = 0

  /// Counts one more, and says of which log it is; nil when there are as many as there may be: then one is kept.
  mutating func begin(_ countMax: Int) -> UInt64? {
    if count >= countMax {
      isOneKept = true
      return nil
    }
    count += 1
    return generation
  }

  /// Counts one less; false if it was of a log that has been begun anew since.
  mutating func end(_ generation: UInt64) -> Bool {
    guard generation == self.generation else { return false }
    count -= 1
    return true
  }

  /// Whether one was kept; it is not any more.
  mutating func takeKept() -> Bool {
    defer { isOneKept = false }
    return isOneKept
  }

  /// Lets those under way say nothing any more.
  package mutating func forget() {
    count = 0
    isOneKept = false
    generation += 1
  }
}
