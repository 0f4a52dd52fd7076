// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// What the sequencer does for an ingestion; the article *Ingestion* has the protocol.
extension CommitPipeline {
  /// How far ahead of the last sequence an ingestion's is reserved: more than is ever committed while one is under way.
  package static let reservedAhead: UInt64 = 1 << 36

  /// Reserves a sequence above all those that commits will get meanwhile, and a timestamp of now.
  ///
  /// Throws `unavailable` while another ingestion is under way, `limitExceeded` when sequences run out; `readOnly`.
  package func reserve(now: Int64) throws(StoreError) -> (sequence: UInt64, timestamp: Int64) {
    let result: Result<(sequence: UInt64, timestamp: Int64), StoreError> = monitor.withLock {
      state in
      Result { () throws(StoreError) -> (sequence: UInt64, timestamp: Int64) in
        if let failure = state.failure { throw failure }
        if state.isIngesting {
          throw StoreError(.unavailable, "another ingestion is under way; one at a time")
        }
        let sequence = state.lastSequence + Self.reservedAhead
        guard sequence < PlausibleNumber.max / 2 else {
          throw StoreError(.limitExceeded, "the store has used up the sequences for ingestions")
        }
        state.isIngesting = true
        state.lastTimestamp = max(now, state.lastTimestamp + 1)
        return (sequence, state.lastTimestamp)
      }
    }
    return try result.get()
  }

  /// Ends an ingestion, whatever became of it.
  package func endIngestion() {
    monitor.withLock { $0.isIngesting = false }
  }

  /// Lets no commit into the order until ``release()``; returns the last sequence in order.
  ///
  /// For the one thread that changes regions. Throws why the store takes no commits.
  package func hold() throws(StoreError) -> UInt64 {
    let result: Result<UInt64, StoreError> = monitor.withLock { state in
      Result { () throws(StoreError) -> UInt64 in
        if let failure = state.failure { throw failure }
        state.isHeld = true
        return state.lastSequence
      }
    }
    return try result.get()
  }

  /// Lets commits in again; those that waited are checked anew.
  package func release() {
    let held = unsafe monitor.withLock { state -> [CommitContinuation] in
      state.isHeld = false
      defer { unsafe state.held = unsafe [] }
      return unsafe state.held
    }
    HandOver.fence()
    unsafe held.forEach { unsafe $0.resume(returning: .roomMade) }
  }

  /// Makes a reserved sequence the last in order, and visible; under the lock, while commits are held.
  ///
  /// All before it is synced. The window of rows written of late begins anew: what was checked before is checked again.
  package func enter(reserved sequence: UInt64, recentRowsMax: Int, _ state: inout SequencerState) {
    precondition(state.isHeld && state.lastSequence < sequence, "a sequence enters in its order")
    state.lastSequence = sequence
    state.lastRecordSequence = sequence
    state.writtenThrough = sequence
    state.syncedThrough = sequence
    state.recent = RecentCommits(capacity: recentRowsMax, after: sequence)
    sequenced.store(sequence)
    visible.raise(to: sequence)
  }
}
