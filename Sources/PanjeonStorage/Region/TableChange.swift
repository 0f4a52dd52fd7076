// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Alters tables, removes ranges of their rows, and drops them; the article *Schemas* has the protocol.
///
/// Run by the one thread that changes regions.
package struct TableChange {
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

  /// Gives a table another schema of the same name.
  ///
  /// Throws as `TableRecord.altered(to:)`; `io`, `noSpace`, `readOnly`: the table is then as it was; `unknownOutcome` when the
  /// MANIFEST could not be written: then it is as it was unless the store crashes before it is resumed.
  package func alter(_ table: TableHandle, to schema: TableSchema) throws(StoreError) {
    let record = try table.record.altered(to: schema)
    let added = record.groupCount - table.record.groupCount
    let fresh = table.regions.map { region in
      (0..<added).map { _ in memtables.makeMemTable(of: region.rows) }
    }
    try environment.versions.apply(change: "table '\(schema.name)'") { _ throws(StoreError) in
      var edit = VersionEdit()
      edit.alteredTables = [record]
      if schema.splitPolicy != table.schema.splitPolicy {
        edit.splitPolicies = [SplitPolicyRecord(tableID: record.id, policy: schema.splitPolicy)]
      }
      return edit
    } follow: {
      pipeline.monitor.withLock { _ in
        for (region, groups) in zip(table.regions, fresh) { region.add(groups: groups) }
        var known = Set(table.regions.map(\.id))
        table.removals?.alter(record) { region in
          // Gone, but for snapshots: what these read has as many groups as the table.
          guard known.insert(region.id).inserted else { return }
          region.add(groups: (0..<added).map { _ in memtables.makeMemTable(of: region.rows) })
        }
        let altered = table.with(record)
        if altered.isTransactional, !table.isTransactional {
          for region in table.regions { region.joinTransactions() }
        }
        environment.catalog.insert(altered)
        table.supersede()
      }
    }
  }

  /// Removes all rows of some regions of a table.
  ///
  /// - Parameters:
  ///   - old: The regions.
  ///   - table: Their table.
  ///   - ranges: The rows of the regions that take their place; together those of the old ones.
  /// - Throws: `io`, `noSpace`, `readOnly`: the table is then as it was; `unknownOutcome` as ``alter(_:to:)``.
  package func empty(
    _ old: [Region], of table: TableHandle, leaving ranges: [KeyRange]
  ) throws(StoreError) {
    try remove(old, of: table) { state, sequence in
      var edit = VersionEdit()
      let first = state.nextRegionID
      edit.addedRegions = ranges.enumerated().map { index, rows in
        RegionRecord(id: first + UInt64(index), tableID: table.record.id, rows: rows)
      }
      // So that the replay gives nothing to them that was written before.
      edit.flushedThrough = edit.addedRegions.flatMap { region in
        (0..<UInt32(table.record.groupCount)).map { group in
          FlushedThrough(regionID: region.id, group: group, sequence: sequence)
        }
      }
      return edit
    }
  }

  /// Removes a table.
  ///
  /// Throws `io`, `noSpace`, `readOnly`: the table is then as it was; `unknownOutcome` as ``alter(_:to:)``.
  package func drop(_ table: TableHandle) throws(StoreError) {
    try remove(table.regions, of: table) { _, _ in
      var edit = VersionEdit()
      edit.droppedTables = [table.record.id]
      return edit
    }
  }

  /// Freezes regions, writes the edit that retires them, and puts those that it adds in their place; or none.
  private func remove(
    _ old: [Region], of table: TableHandle,
    _ makeEdit: (VersionState, UInt64) -> VersionEdit
  ) throws(StoreError) {
    MaintenanceGate.close(old.map(\.gate))
    let sequence = freeze(old, of: table)
    do throws(StoreError) {
      // The edit comes behind all that is in order: a crash must not keep it and lose what came before.
      try environment.syncLog(sequence)
      var added: [RegionRecord] = []
      let change = "table '\(table.schema.name)'"
      let unnamed = try environment.versions.apply(change: change) { state throws(StoreError) in
        var edit = makeEdit(state, sequence)
        edit.retiredRegions = old.map(\.id)
        edit.removalCount = state.removalCount + 1
        edit.lastSequence = sequence
        edit.lastTimestamp = environment.lastTimestamp()
        added = edit.addedRegions
        return edit
      } follow: {
        exchange(old, of: table, by: added, at: sequence)
      }
      environment.remove(unnamed)
    } catch {
      thaw(old, of: table)
      throw error
    }
  }

  /// No commit goes to the regions from here on; returns the sequence of the last one that did, or a later one.
  private func freeze(_ old: [Region], of table: TableHandle) -> UInt64 {
    pipeline.monitor.withLock { state in
      for region in old { region.retire() }
      table.supersede()
      return state.lastSequence
    }
  }

  private func thaw(_ old: [Region], of table: TableHandle) {
    pipeline.monitor.withLock { _ in
      for region in old { region.revive() }
      environment.catalog.insert(table.with(table.record))
    }
    for region in old { region.gate.open() }
  }

  private func exchange(
    _ old: [Region], of table: TableHandle, by records: [RegionRecord], at sequence: UInt64
  ) {
    let regions = records.map { record in
      let groups = (0..<table.record.groupCount).map { _ in
        GroupView(active: memtables.makeMemTable(of: record.rows))
      }
      return Region(
        id: record.id, tableID: record.tableID, rows: record.rows,
        view: RegionView(groups: groups))
    }
    pipeline.monitor.withLock { _ in
      for region in old {
        environment.metrics.retire(region)
        retirements.add(region.id, lastSequence: sequence)
      }
      // In this order: a snapshot that is taken in between reads through the table as it was, now and later.
      let number = environment.snapshots.removals.value + 1
      if regions.isEmpty {
        environment.catalog.remove(table)
      } else {
        environment.catalog.insert(table.removing(old, number: number, leaving: regions))
      }
      environment.snapshots.removals.store(number)
    }
  }
}
