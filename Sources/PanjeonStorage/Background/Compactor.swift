// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// A compaction that has not ended.
package struct CompactionUnderWay {
  let region: Region
  /// The files that it merges.
  let inputs: Set<TablePart>
}

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
  ///   - meanwhile: Called again and again while the compaction is under way.
  /// - Returns: Whether there was one; not when the region is being split or merged, or has been, nor when a file of the
  ///   group is known to be damaged.
  /// - Throws: `io`, `noSpace`, `corruption`, `readOnly`, and what `meanwhile` throws; the inputs then stay as they are.
  package func compactOnce(
    region: Region, group: Int,
    meanwhile: @escaping (CompactionUnderWay) throws(StoreError) -> Void
  ) throws(StoreError) -> Bool {
    guard region.gate.begin(.compaction) else { return false }
    defer { region.gate.end(.compaction) }
    let picker = CompactionPicker(options: environment.compactionOptions)
    return try compact(region: region, group: group, meanwhile) { files in
      let situation = environment.census.situation(
        of: region, group: group, layout: environment.layout(of: region),
        at: environment.momentsToKeep()[0].time)
      return picker.pick(upper: files.upper, bottom: files.bottom, in: situation)
    }
  }

  /// Merges tiered runs of a group with one another while a longer compaction, of this or of another group, is under way.
  ///
  /// - Parameters:
  ///   - region: The region.
  ///   - group: The group's number.
  ///   - longer: The compaction that is under way; of its group only runs that are newer are merged.
  /// - Returns: Whether there were enough.
  /// - Throws: As ``compactOnce(region:group:meanwhile:)``.
  package func compactAbove(
    region: Region, group: Int, beside longer: CompactionUnderWay
  ) throws(StoreError) -> Bool {
    // What waits at the gate of the longer one's region waits for that anyway.
    let isBehindGate = region === longer.region
    if !isBehindGate, !region.gate.begin(.compaction) { return false }
    defer { if !isBehindGate { region.gate.end(.compaction) } }
    let picker = CompactionPicker(options: environment.compactionOptions)
    return try compact(region: region, group: group, { _ in }) { files in
      let requested = environment.census.requests.files(
        among: region.view.groups[group], of: region)
      return picker.pickAbove(
        files.upper.prefix { !longer.inputs.contains($0.part) }, requested: requested)
    }
  }

  /// Makes the compaction that `pick` chooses of a group's files; behind the region's gate.
  private func compact(
    region: Region, group: Int,
    _ meanwhile: @escaping (CompactionUnderWay) throws(StoreError) -> Void,
    _ pick: (VersionState.GroupFiles) -> CompactionPlan?
  ) throws(StoreError) -> Bool {
    if environment.damage.isSuspended(region, group: group) { return false }
    // Together, or a file that has just been flushed would be in the one and not in the other.
    let (files, view) = environment.versions.withState { state in
      (state.files(regionID: region.id, group: UInt32(group)), region.view.groups[group])
    }
    guard view.filesAreOlder, let plan = pick(files) else { return false }
    let inputs = Set((plan.inputsUpper + plan.inputsBottom).map(\.part))
    let tables = (view.upper + view.bottom).filter { inputs.contains($0.part) }
    guard tables.count == inputs.count else {
      preconditionFailure("the view and the MANIFEST disagree on the files of a group")
    }
    let underWay = CompactionUnderWay(region: region, inputs: inputs)
    let outputs = CompactionOutputs(
      environment, region: region, group: group, fileBytesMax: environment.tableFileBytesMax(plan)
    ) { () throws(StoreError) in try meanwhile(underWay) }
    return try perform(plan, of: tables, region: region, group: group, into: outputs)
  }

  private func perform(
    _ plan: CompactionPlan, of tables: [Table], region: Region, group: Int,
    into sink: CompactionOutputs
  ) throws(StoreError) -> Bool {
    let begin = environment.configuration.timeSource.monotonicNanoseconds()
    guard let outputs = try merge(tables, plan, region: region, group: group, into: sink) else {
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
    _ tables: [Table], _ plan: CompactionPlan, region: Region, group: Int,
    into outputs: CompactionOutputs
  ) throws(StoreError) -> [Table]? {
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
      if environment.isStopping || !isDamage || outputs.hasFailedMeanwhile { throw error }
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
