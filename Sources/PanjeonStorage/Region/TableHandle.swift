// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// A table as the engine works with it: its record in the MANIFEST, resolved for lookups, and its regions.
package final class TableHandle: Sendable {
  package let record: TableRecord
  package let layout: FamilyLayout

  /// How most rows are read: the newest version of every column.
  private let wholeRowPlan: ReadPlan?

  /// The regions in the order of their rows; together they cover every row, without overlap.
  package let regions: [Region]

  /// Whether the table takes part in transactions: whether it has the family `!lock!`.
  package let isTransactional: Bool

  /// The locality group of each family, by family number.
  package let groupOfFamily: [UInt32]

  private let bloomFilterOfGroup: [LocalityGroup.BloomFilter]

  /// What was removed from the table since the store was opened, and how older snapshots see it; nil: nothing was.
  package let removals: TableRemovals?

  private let superseded = AtomicNumber(0)

  package init(record: TableRecord, regions: [Region], removals: TableRemovals? = nil) {
    self.removals = removals
    precondition(!regions.isEmpty, "a table has at least one region")
    self.record = record
    self.regions = regions
    isTransactional = record.familyNumbers[ColumnFamily.lockFamilyName] != nil
    layout = FamilyLayout(record: record)
    wholeRowPlan = try? ReadPlan(columns: .all, versionsMax: 1, cellsMax: nil, layout: layout)
    var groups = [UInt32](repeating: 0, count: layout.families.count)
    for family in record.schema.families {
      guard let number = record.familyNumbers[family.name] else { continue }
      groups[Int(number)] = record.groupNumbers[family.localityGroup] ?? 0
    }
    groupOfFamily = groups
    var filters = [LocalityGroup.BloomFilter](repeating: .row, count: record.groupCount)
    for group in record.schema.localityGroups {
      if let number = record.groupNumbers[group.name] { filters[Int(number)] = group.bloomFilter }
    }
    bloomFilterOfGroup = filters
  }

  /// What a Get returns of a row.
  ///
  /// Throws `noSuchFamily`, `invalidArgument`.
  package func plan(for get: Get) throws(StoreError) -> ReadPlan {
    if let wholeRowPlan, get.selectsAllColumns, get.versionsMax == 1, get.cellsMax == nil {
      return wholeRowPlan
    }
    return try ReadPlan(get, layout: layout)
  }

  /// What the Bloom filters of a group's SSTables are asked for; of a group that came after this handle, rows.
  package func bloomFilter(ofGroup group: Int) -> LocalityGroup.BloomFilter {
    group < bloomFilterOfGroup.count ? bloomFilterOfGroup[group] : .row
  }

  package var schema: TableSchema { record.schema }

  /// The region that holds a row.
  package func region(of row: Bytes) -> Region {
    if regions.count == 1 { return regions[0] }
    return unsafe row.withUnsafeBytes { unsafe regions[index(of: $0)] }
  }

  /// The region that holds a row.
  package func region(of row: UnsafeRawBufferPointer) -> Region {
    unsafe regions[index(of: row)]
  }

  private func index(of row: UnsafeRawBufferPointer) -> Int {
    var low = 0
    var high = regions.count - 1
    while low < high {
      let middle = (low + high + 1) / 2
      let isBehind = unsafe regions[middle].rows.start.withUnsafeBytes {
        unsafe compareBytes($0, row) > 0
      }
      if isBehind { high = middle - 1 } else { low = middle }
    }
    return low
  }

  /// The regions that hold rows of a range.
  package func regions(in rows: KeyRange) -> [Region] {
    if regions.count == 1 { return regions }
    if rows.isEmpty { return [] }
    let first = unsafe rows.start.withUnsafeBytes { unsafe index(of: $0) }
    let behind = regions[first...].firstIndex { region in
      rows.stop.map { $0 <= region.rows.start } ?? false
    }
    return Array(regions[first..<(behind ?? regions.count)])
  }

  /// Whether another handle has taken this one's place, because the table's regions have changed.
  ///
  /// What was read through it was in order at that moment; a commit that depends on it must resolve its rows again.
  package var isSuperseded: Bool { superseded.value != 0 }

  /// Under the sequencer's lock.
  package func supersede() {
    superseded.store(1)
  }

  /// The table with some of its regions replaced by others that cover the same rows.
  package func replacing(_ old: [Region], by new: [Region]) -> TableHandle {
    let gone = Set(old.map(\.id))
    let kept = regions.filter { !gone.contains($0.id) }
    return TableHandle(
      record: record, regions: (kept + new).sorted { $0.rows.start < $1.rows.start },
      removals: removals)
  }

  /// The same table with another split policy.
  package func with(_ policy: SplitPolicy) -> TableHandle {
    var record = record
    record.schema.splitPolicy = policy
    return with(record)
  }

  /// The same regions with another record.
  package func with(_ record: TableRecord) -> TableHandle {
    TableHandle(record: record, regions: regions, removals: removals)
  }

  /// The table as a snapshot sees it: rows that were removed since are in regions that are gone.
  ///
  /// Throws `noSuchTable` when the table may have taken the name of one that the snapshot saw, and that has been dropped.
  package func handle(at snapshot: StoreSnapshot) throws(StoreError) -> TableHandle {
    if removals?.cameBehind(snapshot.removals) ?? false {
      throw StoreError(
        .noSuchTable,
        "table '\(schema.name)' was created after the snapshot, and tables dropped in between")
    }
    return removals?.handle(after: snapshot.removals) ?? self
  }

  /// The table with regions, whose rows were removed, replaced by empty ones.
  package func removing(
    _ old: [Region], number: UInt64, leaving new: [Region]
  ) -> TableHandle {
    let gone = Set(old.map(\.id))
    let kept = regions.filter { !gone.contains($0.id) }
    return TableHandle(
      record: record, regions: (kept + new).sorted { $0.rows.start < $1.rows.start },
      removals: TableRemovals(of: old.map(\.rows), number: number, from: self))
  }

  /// Which versions a family keeps.
  ///
  /// Throws `noSuchFamily` for a number that none has.
  package func retention(_ family: UInt8) throws(StoreError) -> VersionRetention {
    if let retention = layout.retention(family) { return retention }
    throw StoreError(.noSuchFamily, "table '\(schema.name)' has no family of number \(family)")
  }

  /// The number of a family.
  ///
  /// - Parameter name: The family's name.
  /// - Returns: Its number in the keys of cells.
  /// - Throws: `noSuchFamily`, naming the families there are.
  package func familyNumber(_ name: String) throws(StoreError) -> UInt8 {
    // A few names are sooner compared than hashed.
    if layout.names.count <= 16 {
      if let place = layout.names.firstIndex(of: name) { return layout.numbersByName[place] }
    } else if let number = record.familyNumbers[name] {
      return number
    }
    let known = schema.families.map(\.name).joined(separator: ", ")
    throw StoreError(
      .noSuchFamily, "table '\(schema.name)' has no column family '\(name)'; it has: \(known)")
  }
}
