// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// What the flush thread and the compaction thread do until the store closes.
package struct BackgroundLoops: Sendable {
  package let environment: BackgroundEnvironment
  package let signals: Monitor<BackgroundWork.Signals>
  package let pipeline: CommitPipeline
  package let memtables: MemTableSwitch
  package let segments: LogSegments
  package let gauge: PressureGauge
  package let retirements: RetirementLog
  package let halt: WriteHalt

  package func flushLoop() {
    loop("a memtable could not be flushed", \.wantsFlush) { () throws(StoreError) in
      var isDone = true
      switchMemtablesThatPinTheLog()
      switchLargestMemtable()
      try forEachGroup { (region, group) throws(StoreError) in
        let flusher = Flusher(environment)
        while !isHalted, try flusher.flushOldest(region: region, group: group) {
          gauge.viewsHaveChanged()
          signals.resumeWaiters()
          try releaseSegments()
          signals.withLock { state in
            state.wantsCompaction = true
            state.wantsRegions = true
          }
          signals.notifyAll()
          if environment.isStopping { return }
          isDone = false
        }
      }
      // What a whole flush has written pins no segment any more, and leaves nothing to flush that would give it up.
      if isLogTooLong, !isHalted { try releaseSegments() }
      // One pass frees what pins the oldest segment: on, until the log is short enough.
      if isLogTooLong, !isDone { signals.withLock { $0.wantsFlush = true } }
    }
  }

  /// Whether the log is longer than the configuration wants it.
  package var isLogTooLong: Bool {
    segments.live.bytes > UInt64(environment.configuration.logRetentionBytesMax)
  }

  package func compactionLoop() {
    loop("a compaction failed", \.wantsCompaction) { () throws(StoreError) in
      let compactor = Compactor(environment)
      var isDone = false
      // In rounds, so that a region with much to do does not keep the others waiting.
      while !isDone, !environment.isStopping, !isHalted {
        isDone = true
        try forEachGroup { (region, group) throws(StoreError) in
          if environment.isStopping || isHalted { return }
          let isCompacted = try compactor.compactOnce(region: region, group: group) {
            (longer) throws(StoreError) in try relieve(compactor, beside: longer)
          }
          guard isCompacted else { return }
          isDone = false
          gauge.viewsHaveChanged()
          signals.withLock { $0.wantsRegions = true }
          signals.notifyAll()
        }
      }
    }
  }

  /// Merges what has been flushed while a long compaction is under way, lest the runs that readers have to look through grow many.
  private func relieve(
    _ compactor: Compactor, beside longer: CompactionUnderWay
  ) throws(StoreError) {
    try forEachGroup { (region, group) throws(StoreError) in
      if environment.isStopping || isHalted { return }
      guard try compactor.compactAbove(region: region, group: group, beside: longer) else { return }
      gauge.viewsHaveChanged()
      signals.notifyAll()
    }
  }

  private var isHalted: Bool { signals.withLock { $0.isHalted } }

  private func loop(
    _ failure: String, _ wants: any WritableKeyPath<BackgroundWork.Signals, Bool> & Sendable,
    _ work: () throws(StoreError) -> Void
  ) {
    while true {
      let begun = signals.wait(timeout: nil) { state -> Int?? in
        if state.isStopping { return .some(nil) }
        guard state[keyPath: wants], !state.isHalted else { return nil }
        state[keyPath: wants] = false
        state.loopsAtWork += 1
        return .some(state.resumptions)
      }
      guard let begun, let resumptions = begun else { return }
      defer { signals.withLock { $0.loopsAtWork -= 1 } }
      do throws(StoreError) {
        try work()
      } catch {
        if environment.isStopping { return }
        halt.halt(failure, because: error, after: resumptions)
      }
    }
  }

  private func forEachGroup(
    _ body: (Region, Int) throws(StoreError) -> Void
  ) throws(StoreError) {
    for table in environment.catalog.all {
      for region in table.regions {
        for group in region.view.groups.indices { try body(region, group) }
      }
    }
  }

  /// Bounds the log: when it has grown too long, the memtables with the oldest records are flushed, full or not.
  private func switchMemtablesThatPinTheLog() {
    guard isLogTooLong else { return }
    let oldest = segments.oldestNumber
    pipeline.monitor.withLock { _ in
      for table in environment.catalog.all {
        for region in table.regions {
          for (number, group) in region.view.groups.enumerated()
          where !group.active.table.isEmpty && group.active.firstLogNumber.value <= oldest {
            memtables.exchange(region: region, group: number)
          }
        }
      }
    }
  }

  /// Bounds the memory of memtables: when the active ones hold more than their share, the largest is flushed.
  private func switchLargestMemtable() {
    pipeline.monitor.withLock { _ in
      var total = 0
      var largest: (region: Region, group: Int, bytes: Int)?
      for table in environment.catalog.all {
        for region in table.regions {
          for (number, group) in region.view.groups.enumerated() {
            let bytes = group.active.table.isEmpty ? 0 : group.active.table.bytesUsed
            total += bytes
            if bytes > largest?.bytes ?? 0 { largest = (region, number, bytes) }
          }
        }
      }
      if total > environment.cache.budget.memtableShareBytes, let largest {
        memtables.exchange(region: largest.region, group: largest.group)
      }
    }
  }

  /// Gives back the segments that no memtable needs, once the MANIFEST says so; with them go the retired regions that
  /// only they had records of.
  package func releaseSegments() throws(StoreError) {
    let (needed, forgotten) = pipeline.monitor.withLock { state in
      let needed = oldestNeededLog(present: state.logNumber)
      let forgotten = retirements.forgettable(
        below: needed, writtenThrough: state.writtenThrough, logNumber: state.logNumber)
      return (needed, forgotten)
    }
    guard needed > segments.oldestNumber || !forgotten.isEmpty else { return }
    try environment.versions.apply { _ throws(StoreError) in
      var edit = VersionEdit()
      edit.minLogNumber = needed
      edit.forgottenRegions = forgotten
      return edit
    }
    retirements.remove(forgotten)
    try segments.release(below: needed)
  }

  private func oldestNeededLog(present: UInt64) -> UInt64 {
    var oldest = present
    for table in environment.catalog.all {
      for region in table.regions {
        for group in region.view.groups {
          let memtables = [group.active] + group.immutables.flatMap(\.parts).map(\.memtable)
          for memtable in memtables where !memtable.table.isEmpty {
            oldest = min(oldest, memtable.firstLogNumber.value)
          }
        }
      }
    }
    return oldest
  }
}
