// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Merges SSTables of a group into fewer.
package struct Compactor: Sendable {
  package let environment: BackgroundEnvironment

  package init(_ environment: BackgroundEnvironment) {
    self.environment = environment
  }

  /// Makes one compaction in a group, if one is worth it.
  ///
  /// - Parameters:
  ///   - region: The region.
  ///   - group: The group's number.
  /// - Returns: Whether there was one; not when the region is being split or merged, or has been, nor when a file of the
  ///   group is known to be damaged.
  /// - Throws: `io`, `noSpace`, `corruption`, `readOnly`; the inputs then stay as they are.
  package func compactOnce(region: Region, group: Int) throws(StoreError) -> Bool {
    if environment.damage.isSuspended(region, group: group) { return false }
    guard region.gate.begin(.compaction) else { return false }
    defer { region.gate.end(.compaction) }
    // Together, or a file that has just been flushed would be in the one and not in the other.
    let (files, view) = environment.versions.withState { state in
      (state.files(regionID: region.id, group: UInt32(group)), region.view.groups[group])
    }
    guard view.filesAreOlder else { return false }
    let picker = CompactionPicker(options: environment.compactionOptions)
    let situation = environment.census.situation(
      of: region, group: group, layout: environment.layout(of: region),
      at: environment.momentsToKeep()[0].time)
    guard let plan = picker.pick(upper: files.upper, bottom: files.bottom, in: situation) else {
      return false
    }
    let inputs = Set((plan.inputsUpper + plan.inputsBottom).map(\.part))
    let tables = (view.upper + view.bottom).filter { inputs.contains($0.part) }
    guard tables.count == inputs.count else {
      preconditionFailure("the view and the MANIFEST disagree on the files of a group")
    }
    let begin = environment.configuration.timeSource.monotonicNanoseconds()
    guard let outputs = try merge(tables, plan: plan, region: region, group: group) else {
      return false
    }
    environment.remove(try install(outputs, plan: plan, region: region, group: group))
    let cells = [tables, outputs].map { $0.reduce(0) { $0 + $1.properties.cellCount } }
    if cells[0] == cells[1] { environment.census.rest(outputs) }
    let event = StoreEvent.Compaction(
      table: environment.table(of: region).schema.name, region: region.id,
      inputFiles: tables.count, outputFiles: outputs.count,
      bytesRead: tables.reduce(0) { $0 + $1.bytes },
      bytesWritten: outputs.reduce(0) { $0 + $1.bytes }, isIntoBottom: plan.outputLevel == 1,
      duration: environment.time(since: begin))
    region.metrics.compactions.add(1)
    environment.metrics.compactions.add(1)
    environment.metrics.compactionBytesRead.add(event.bytesRead)
    environment.metrics.compactionBytesWritten.add(event.bytesWritten)
    environment.events.post(.compactionEnded(event))
    return true
  }

  /// Merges the inputs; nil when they cannot be read.
  ///
  /// Damage, or a sector that the disk cannot read, is kept in mind and confined: that group is compacted no more,
  /// everything else goes on, and reads of the rows concerned fail with what is wrong.
  private func merge(
    _ tables: [Table], plan: CompactionPlan, region: Region, group: Int
  ) throws(StoreError) -> [Table]? {
    let outputs = CompactionOutputs(
      environment, region: region, group: group, fileBytesMax: environment.tableFileBytesMax(plan))
    do throws(StoreError) {
      let cursor = MergeCursor.over(tables.map { $0.makeCursor(.mayBlock, fillsCache: false) })
      try cursor.seekToFirst()
      let filter = CompactionFilter(
        moments: environment.momentsToKeep(), layout: environment.layout(of: region),
        isBottom: plan.outputLevel == 1 && plan.coversBottom)
      try filter.run(cursor, into: outputs)
      return try outputs.finish()
    } catch {
      outputs.discard()
      let isDamage =
        error.code == .corruption || (error.code == .io && outputs.writeError == nil)
      if environment.isStopping || !isDamage { throw error }
      environment.noteDamage(error, region: region, group: group)
      return nil
    }
  }

  /// Puts outputs in the place of inputs; returns the files that nobody names any more.
  private func install(
    _ outputs: [Table], plan: CompactionPlan, region: Region, group: Int
  ) throws(StoreError) -> [UInt64] {
    let inputs = plan.inputsUpper + plan.inputsBottom
    return try environment.versions.apply { _ throws(StoreError) in
      var edit = VersionEdit()
      edit.removedFiles = inputs.map {
        RemovedFile(regionID: region.id, group: UInt32(group), part: $0.part)
      }
      edit.addedFiles = outputs.map {
        FileRecord(
          regionID: region.id, group: UInt32(group), number: $0.number, level: plan.outputLevel,
          $0.properties, fileBytes: $0.file.fileBytes)
      }
      return edit
    } follow: {
      region.update(group: group) { replace(inputs, by: outputs, level: plan.outputLevel, in: &$0) }
    }
  }

  private func replace(
    _ inputs: [FileRecord], by outputs: [Table], level: UInt8, in view: inout GroupView
  ) {
    let removed = Set(inputs.map(\.part))
    let at = view.upper.firstIndex { removed.contains($0.part) } ?? view.upper.count
    view.upper.removeAll { removed.contains($0.part) }
    view.bottom.removeAll { removed.contains($0.part) }
    if level == 0 {
      view.upper.insert(contentsOf: outputs, at: at)
    } else {
      view.bottom += outputs
      view.bottom.sort { $0.rows.start < $1.rows.start }
    }
  }
}
