// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Puts the cells of the log's records into memtables.
///
/// A record names the region that took the write. If that has been split or merged since, the cells go to the region
/// that holds their row now, unless files hold them (``FlushedRows``).
package struct LogReplayer {
  /// A table, with what its files hold by what regions say that are gone; nil when none is.
  private struct Target {
    var table: TableHandle
    var flushedBefore: FlushedRows?
  }

  private var targets: [UInt32: Target] = [:]
  private var tableOfRegion: [UInt64: UInt32] = [:]
  /// Regions of tables that have been dropped: nobody wants their cells.
  private var dropped: Set<UInt64> = []
  /// By region and group: through what sequence its files hold all.
  private var flushedThrough: [UInt64: [UInt64]] = [:]
  private let memtableBytesMax: Int
  private let budget: MemoryBudget
  private(set) var lastSequence: UInt64 = 0
  private(set) var lastTimestamp: Int64 = 0
  private(set) var records = 0

  package init(_ loaded: LoadedStore, memtableBytesMax: Int) {
    self.memtableBytesMax = memtableBytesMax
    budget = loaded.cache.budget
    let tables = Set(loaded.state.tables.map(\.id))
    dropped = Set(loaded.state.retiredRegions.filter { !tables.contains($0.tableID) }.map(\.id))
    for table in loaded.catalog.all {
      let groupCount = table.record.groupCount
      let retired = loaded.state.retiredRegions.filter { $0.tableID == table.record.id }
      for region in table.regions {
        flushedThrough[region.id] = (0..<UInt32(groupCount)).map {
          loaded.state.files(regionID: region.id, group: $0).flushedThrough
        }
      }
      for id in table.regions.map(\.id) + retired.map(\.id) { tableOfRegion[id] = table.record.id }
      targets[table.record.id] = Target(
        table: table,
        flushedBefore: retired.isEmpty ? nil : FlushedRows(groupCount: groupCount, retired))
    }
  }

  package mutating func apply(
    _ bytes: UnsafeRawBufferPointer, logNumber: UInt64
  ) throws(StoreError) {
    var memtable: MemTable?
    var row = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
    var hash: UInt64 = 0
    let (last, timestamp) = unsafe try LogRecord.decode(bytes) {
      (header, sequence) throws(StoreError) -> Bool in
      guard let region = try target(of: header, sequence: sequence) else { return false }
      unsafe row = unsafe header.row
      hash = unsafe RowHash.hash(row)
      region.metrics.writes.add(1)
      memtable = self.memtable(
        region, Int(header.group), room: bytes.count * 2 + header.cellCount * 128 + 4096,
        logNumber: logNumber)
      return true
    } onCell: { (key, value) throws(StoreError) in
      unsafe memtable?.insert(row: row, rowHash: hash, key: key, value: value)
    }
    lastSequence = max(lastSequence, last)
    lastTimestamp = max(lastTimestamp, timestamp)
    records += 1
  }

  /// The region that holds the row now; nil when its files hold the cells already.
  private func target(
    of header: LogRecord.RowHeader, sequence: UInt64
  ) throws(StoreError) -> Region? {
    let group = Int(header.group)
    if dropped.contains(header.regionID) { return nil }
    guard let table = tableOfRegion[header.regionID], let target = targets[table],
      group < target.table.record.groupCount
    else {
      throw StoreError(.corruption, "a log record is for a region that does not exist")
    }
    let wasHeld = unsafe target.flushedBefore?.holds(header.row, group: group, sequence: sequence)
    if wasHeld ?? false { return nil }
    let region = unsafe target.table.region(of: header.row)
    let held = flushedThrough[region.id]?[group] ?? 0
    return sequence <= held ? nil : region
  }

  private func memtable(
    _ region: Region, _ group: Int, room: Int, logNumber: UInt64
  ) -> MemTable {
    let active = region.view.groups[group].active
    if active.table.canInsert(bytes: room) {
      if active.table.isEmpty { active.firstLogNumber.store(logNumber) }
      return active.table
    }
    active.account()
    let fresh = LoggedMemTable(
      capacityBytes: max(memtableBytesMax, room), rows: region.rows, budget: budget)
    fresh.firstLogNumber.store(logNumber)
    region.update(group: group) { $0.seal(replacingBy: fresh) }
    return fresh.table
  }

  /// Ends the replay: memory that is older than files is to be flushed at once, since it holds up compaction.
  package func finish() {
    for region in targets.values.flatMap(\.table.regions) {
      for (number, group) in region.view.groups.enumerated() where !group.filesAreOlder {
        let fresh = LoggedMemTable(
          capacityBytes: memtableBytesMax, rows: region.rows, budget: budget)
        region.update(group: number) { $0.seal(replacingBy: fresh) }
      }
    }
  }
}
