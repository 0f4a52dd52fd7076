// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Puts new regions in the place of old ones that cover the same rows: a split, or a merge.
///
/// The article *Regions* has the protocol. No data is written: the new regions share files and memtables with the old ones,
/// each within its rows. Run by the one thread that changes regions.
package struct RegionReplacement {
  private let environment: BackgroundEnvironment
  private let pipeline: CommitPipeline
  private let memtables: MemTableSwitch
  private let retirements: RetirementLog

  package init(
    _ environment: BackgroundEnvironment, _ pipeline: CommitPipeline, _ memtables: MemTableSwitch,
    _ retirements: RetirementLog
  ) {
    self.environment = environment
    self.pipeline = pipeline
    self.memtables = memtables
    self.retirements = retirements
  }

  /// What a new region begins with.
  private struct Draft {
    var record: RegionRecord
    /// By group: the files, and through what they are flushed.
    var files: [[FileRecord]]
    var flushedThrough: [UInt64]
    /// By group: the memtable that will take its writes.
    var fresh: [LoggedMemTable]
    var origin: RegionOrigin

    /// Whether it has rows of several old regions.
    var isMerged: Bool { origin.parents.count > 1 }
  }

  /// Replaces regions.
  ///
  /// - Parameters:
  ///   - old: Neighbours, by row.
  ///   - table: Their table.
  ///   - ranges: The rows of the new ones; together those of the old ones.
  ///   - cause: Why, for people.
  /// - Returns: The new regions.
  /// - Throws: `io`, `noSpace`, `readOnly`; the old regions then stay.
  package func replace(
    _ old: [Region], of table: TableHandle, by ranges: [KeyRange], cause: String
  ) throws(StoreError) -> [Region] {
    MaintenanceGate.close(old.map(\.gate))
    var new: [Region] = []
    do throws(StoreError) {
      var drafts: [Draft] = []
      try environment.versions.apply { state throws(StoreError) in
        drafts = draft(old, table, ranges, cause, state)
        return edit(old, drafts)
      } follow: {
        new = exchange(old, by: drafts)
      }
      return new
    } catch {
      for region in old { region.gate.open() }
      throw error
    }
  }

  // MARK: The edit

  private func draft(
    _ old: [Region], _ table: TableHandle, _ ranges: [KeyRange], _ cause: String,
    _ state: VersionState
  ) -> [Draft] {
    let now = environment.configuration.timeSource.presentMicroseconds()
    return ranges.enumerated().map { index, rows in
      let id = state.nextRegionID + UInt64(index)
      let parents = old.filter { $0.rows.overlaps(rows) }
      var draft = Draft(
        record: RegionRecord(id: id, tableID: table.record.id, rows: rows), files: [],
        flushedThrough: [], fresh: [],
        origin: RegionOrigin(
          regionID: id, parents: parents.map(\.id), createdAt: now, cause: cause))
      for group in 0..<UInt32(table.record.groupCount) {
        let files = parents.map { state.files(regionID: $0.id, group: group) }
        let parts = files.flatMap(\.all).compactMap { $0.part(of: id, rows: rows) }
        draft.files.append(Self.joined(parts))
        draft.flushedThrough.append(files.map(\.flushedThrough).min() ?? 0)
        draft.fresh.append(memtables.makeMemTable(of: rows))
      }
      return draft
    }
  }

  /// Parts of the same file that lie side by side become one.
  private static func joined(_ parts: [FileRecord]) -> [FileRecord] {
    let sorted = parts.sorted { ($0.number, $0.rows.start) < ($1.number, $1.rows.start) }
    var joined: [FileRecord] = []
    for part in sorted {
      if let last = joined.last, last.number == part.number, let both = last.joined(with: part) {
        joined[joined.count - 1] = both
      } else {
        joined.append(part)
      }
    }
    return joined
  }

  private func edit(_ old: [Region], _ drafts: [Draft]) -> VersionEdit {
    var edit = VersionEdit()
    edit.retiredRegions = old.map(\.id)
    edit.addedRegions = drafts.map(\.record)
    for draft in drafts {
      for (group, files) in draft.files.enumerated() {
        edit.addedFiles += files
        edit.flushedThrough.append(
          FlushedThrough(
            regionID: draft.record.id, group: UInt32(group),
            sequence: draft.flushedThrough[group]))
      }
    }
    edit.origins = drafts.map(\.origin)
    return edit
  }

  // MARK: The exchange

  /// Under the sequencer's lock, so that no commit goes to an old region any more.
  private func exchange(_ old: [Region], by drafts: [Draft]) -> [Region] {
    pipeline.monitor.withLock { state in
      let new = drafts.map { region(of: $0, old) }
      guard let table = environment.catalog.table(id: old[0].tableID) else {
        preconditionFailure("regions without a table")
      }
      for region in old {
        region.retire()
        environment.metrics.retire(region)
        retirements.add(region.id, lastSequence: state.lastSequence)
      }
      environment.catalog.insert(table.replacing(old, by: new))
      table.supersede()
      return new
    }
  }

  private func region(of draft: Draft, _ old: [Region]) -> Region {
    let parents = old.filter { $0.rows.overlaps(draft.record.rows) }.map(\.view)
    let groups = draft.files.indices.map { group in
      let parts = parents.map { $0.groups[group] }
      var view = GroupView(active: draft.fresh[group])
      view.immutables = Self.sealed(parts, within: draft.record.rows, isMerged: draft.isMerged)
      let files = Dictionary(
        parts.flatMap { $0.upper + $0.bottom }.map { ($0.number, $0.file) },
        uniquingKeysWith: { first, _ in first })
      for record in draft.files[group] {
        guard let file = files[record.number] else {
          preconditionFailure("the view and the MANIFEST disagree on the files of a group")
        }
        let table = Table(file, bounds: record.bounds)
        if record.level == 0 { view.insertUpper(table) } else { view.bottom.append(table) }
      }
      view.bottom.sort { $0.rows.start < $1.rows.start }
      return view
    }
    return Region(
      id: draft.record.id, tableID: draft.record.tableID, rows: draft.record.rows,
      view: RegionView(groups: groups), origin: draft.origin)
  }

  /// What the old regions have in memory: one after the other, or, of several regions, all to be flushed together.
  private static func sealed(
    _ groups: [GroupView], within rows: KeyRange, isMerged: Bool
  ) -> [SealedMemTables] {
    let sealed = groups.flatMap { group in
      let active = group.active.table.isEmpty ? [] : [SealedMemTables([MemTablePart(group.active)])]
      return (active + group.immutables).compactMap { $0.part(within: rows) }
    }
    guard isMerged, !sealed.isEmpty else { return sealed }
    return [SealedMemTables(sealed.flatMap(\.parts))]
  }
}
