// SPDX-License-Identifier: Apache-2.0

internal import Logging
package import WideColumn

/// What the flush thread and the compaction thread do until the store closes.
package struct BackgroundLoops: Sendable {
  package let environment: BackgroundEnvironment
  package let signals: Monitor<BackgroundWork.Signals>
  package let pipeline: CommitPipeline
  package let memtables: MemTableSwitch
  package let segments: LogSegments
  package let gauge: PressureGauge

  package func flushLoop() {
    loop(\.wantsFlush) { () throws(StoreError) in
      switchMemtablesThatPinTheLog()
      switchLargestMemtable()
      try forEachGroup { (region, group) throws(StoreError) in
        let flusher = Flusher(environment)
        while try flusher.flushOldest(region: region, group: group) {
          gauge.viewsHaveChanged()
          signals.resumeWaiters()
          try releaseSegments()
          signals.withLock { $0.wantsCompaction = true }
          signals.notifyAll()
          if environment.isStopping { return }
        }
      }
    }
  }

  package func compactionLoop() {
    loop(\.wantsCompaction) { () throws(StoreError) in
      let compactor = Compactor(environment)
      try forEachGroup { (region, group) throws(StoreError) in
        while !environment.isStopping {
          guard try compactor.compactOnce(region: region, group: group) else { break }
          gauge.viewsHaveChanged()
        }
      }
    }
  }

  private func loop(
    _ wants: any WritableKeyPath<BackgroundWork.Signals, Bool> & Sendable,
    _ work: () throws(StoreError) -> Void
  ) {
    while true {
      let isStopping = signals.wait(timeout: nil) { state -> Bool? in
        if state.isStopping { return true }
        guard state[keyPath: wants], state.failure == nil else { return nil }
        state[keyPath: wants] = false
        state.loopsAtWork += 1
        return false
      }
      if isStopping != false { return }
      defer { signals.withLock { $0.loopsAtWork -= 1 } }
      do throws(StoreError) {
        try work()
      } catch {
        if environment.isStopping { return }
        fail(error)
      }
    }
  }

  /// A failed flush or compaction leaves all data where it was; the store refuses further writes and says why.
  private func fail(_ error: StoreError) {
    environment.configuration.logger.error(
      "background work failed; the store takes no more writes", metadata: ["error": "\(error)"])
    signals.withLock { state in
      state.failure = StoreError(
        .readOnly, "flush or compaction failed; the store takes no more writes", file: error.file,
        offset: error.offset, cause: error)
    }
    signals.resumeWaiters()
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
    guard segments.live.bytes > UInt64(environment.configuration.logRetentionBytesMax) else {
      return
    }
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

  /// Gives back the segments that no memtable needs, once the MANIFEST says so.
  package func releaseSegments() throws(StoreError) {
    let needed = pipeline.monitor.withLock { state in
      oldestNeededLog(present: state.logNumber)
    }
    guard needed > segments.oldestNumber else { return }
    try environment.versions.apply { _ throws(StoreError) in
      var edit = VersionEdit()
      edit.minLogNumber = needed
      return edit
    }
    try segments.release(below: needed)
  }

  private func oldestNeededLog(present: UInt64) -> UInt64 {
    var oldest = present
    for table in environment.catalog.all {
      for region in table.regions {
        for group in region.view.groups {
          for memtable in [group.active] + group.immutables where !memtable.table.isEmpty {
            oldest = min(oldest, memtable.firstLogNumber.value)
          }
        }
      }
    }
    return oldest
  }
}
