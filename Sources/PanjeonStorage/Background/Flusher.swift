// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Turns memtables that wait into SSTables.
package struct Flusher: Sendable {
  package let environment: BackgroundEnvironment

  package init(_ environment: BackgroundEnvironment) {
    self.environment = environment
  }

  /// Flushes the oldest memtables that wait in a group.
  ///
  /// Order of steps, each of which may be the last before a crash: the SSTable is written and synced; its
  /// directory entry is synced; the log is synced through the SSTable's largest sequence; the MANIFEST gets the
  /// edit; readers get the new view. A crash before the edit leaves an orphan, which the next open removes.
  ///
  /// - Parameters:
  ///   - region: The region.
  ///   - group: The group's number.
  /// - Returns: Whether there was one; not when the region is being split or merged, or has been.
  /// - Throws: `io`, `noSpace`, `readOnly`; the memtable then still waits.
  package func flushOldest(region: Region, group: Int) throws(StoreError) -> Bool {
    guard region.gate.begin(.flush) else { return false }
    defer { region.gate.end(.flush) }
    guard let sealed = region.view.groups[group].immutables.last else { return false }
    let begin = environment.configuration.timeSource.monotonicNanoseconds()
    let sequence = sealed.largestSequence
    let number = environment.versions.fileNumbers.next()
    let output = try write(sealed, region: region, group: group, number: number)
    try environment.syncLog(sequence)
    let record = output.map { output in
      FileRecord(
        regionID: region.id, group: UInt32(group), number: number, level: 0, output.properties,
        fileBytes: output.file.fileBytes)
    }
    try environment.versions.apply { _ throws(StoreError) in
      var edit = VersionEdit()
      edit.lastSequence = sequence
      edit.lastTimestamp = environment.lastTimestamp()
      edit.addedFiles = record.map { [$0] } ?? []
      edit.flushedThrough = [
        FlushedThrough(regionID: region.id, group: UInt32(group), sequence: sequence)
      ]
      edit.requests = [region.requests]
      return edit
    } follow: {
      region.update(group: group) { view in
        view.immutables.removeLast()
        if let output { view.insertUpper(output) }
      }
    }
    environment.noteFlush(of: region, bytes: output?.bytes ?? 0, since: begin)
    return true
  }

  /// Writes memtables to an SSTable, durably; nil when nothing of them needs to be kept.
  ///
  /// Throws `io`, `noSpace`; what was written is then removed again.
  package func write(
    _ sealed: SealedMemTables, region: Region, group: Int, number: UInt64
  ) throws(StoreError) -> Table? {
    let keep = environment.momentsToKeep()
    let output = try TableOutput(
      environment, region: region, in: environment.table(of: region), group: group, number: number)
    let cursor = MergeCursor.over(sealed.parts.map { $0.makeCursor() })
    let filter = CompactionFilter(
      moments: keep, layout: environment.layout(of: region), isBottom: false)
    do throws(StoreError) {
      try cursor.seekToFirst()
      try filter.run(cursor, into: output)
      return try output.finish()
    } catch {
      output.discard()
      throw error
    }
  }
}

extension BackgroundEnvironment {
  /// The time since a moment of the store's clock.
  func time(since begin: UInt64) -> Duration {
    let now = configuration.timeSource.monotonicNanoseconds()
    return .nanoseconds(Int64(now - min(now, begin)))
  }

  /// Counts a flush, and says that it ended.
  func noteFlush(of region: Region, bytes: UInt64, since begin: UInt64) {
    metrics.flushes.add(1)
    metrics.flushedBytes.add(bytes)
    region.metrics.flushes.add(1)
    events.post(
      .flushEnded(
        StoreEvent.Flush(
          table: table(of: region).schema.name, region: region.id, bytes: bytes,
          duration: time(since: begin))))
  }
}
