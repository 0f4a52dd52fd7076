// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// What a store consists of, as the MANIFEST says: tables, regions, files.
package struct VersionState: Sendable {
  /// The files of one locality group of a region.
  package struct GroupFiles: Sendable, Hashable {
    /// Tiered files, newest first.
    package var upper: [FileRecord] = []
    /// Leveled files, by row.
    package var bottom: [FileRecord] = []
    /// The log's records up to here are in the files.
    package var flushedThrough: UInt64 = 0

    package var all: [FileRecord] { upper + bottom }
  }

  private struct GroupKey: Hashable {
    var regionID: UInt64
    var group: UInt32

    var order: (UInt64, UInt32) { (regionID, group) }
  }

  package private(set) var nextFileNumber: UInt64 = 1
  package private(set) var lastSequence: UInt64 = 0
  package private(set) var lastTimestamp: Int64 = 0
  package private(set) var minLogNumber: UInt64 = 0
  /// The sequence of the last ingestion; zero: there was none.
  package private(set) var ingestedThrough: UInt64 = 0
  /// How often rows have been removed by range, or a table dropped.
  package private(set) var removalCount: UInt64 = 0
  /// No table has had this number, nor a greater one: numbers are not used again.
  package private(set) var nextTableID: UInt32 = 1
  /// No region has had this number, nor a greater one.
  package private(set) var nextRegionID: UInt64 = 1
  /// Nil: the store was written by a version that knew of none.
  package internal(set) var incarnation: StoreIncarnation?
  package private(set) var tables: [TableRecord] = []
  private var regionsByID: [UInt64: RegionRecord] = [:]
  private var retiredByID: [UInt64: RetiredRegion] = [:]
  private var groups: [GroupKey: GroupFiles] = [:]
  /// By how many groups' parts each file is named.
  private var nameCounts: [UInt64: Int] = [:]
  package private(set) var origins: [UInt64: RegionOrigin] = [:]
  package private(set) var requests: [UInt64: RegionRequests] = [:]

  /// The files that the last edit left without a name.
  package private(set) var unnamedFiles: [UInt64] = []

  package init() {}

  /// The regions, in the order in which they came to be.
  package var regions: [RegionRecord] { regionsByID.values.sorted { $0.id < $1.id } }

  /// The regions that are gone, but not from the log.
  package var retiredRegions: [RetiredRegion] { retiredByID.values.sorted { $0.id < $1.id } }

  package func region(_ id: UInt64) -> RegionRecord? { regionsByID[id] }

  package func files(regionID: UInt64, group: UInt32) -> GroupFiles {
    groups[GroupKey(regionID: regionID, group: group)] ?? GroupFiles()
  }

  /// The numbers of all SSTables.
  package var fileNumbers: Set<UInt64> { Set(nameCounts.keys) }

  /// Applies an edit after checking that it makes sense here.
  ///
  /// - Parameter edit: The change.
  /// - Throws: `corruption`; the state must then be thrown away.
  package mutating func apply(_ edit: VersionEdit) throws(StoreError) {
    nextFileNumber = max(nextFileNumber, edit.nextFileNumber ?? 0)
    lastSequence = max(lastSequence, edit.lastSequence ?? 0)
    lastTimestamp = max(lastTimestamp, edit.lastTimestamp ?? 0)
    minLogNumber = max(minLogNumber, edit.minLogNumber ?? 0)
    ingestedThrough = max(ingestedThrough, edit.ingestedThrough ?? 0)
    removalCount = max(removalCount, edit.removalCount ?? 0)
    nextTableID = max(nextTableID, edit.nextTableID ?? 0)
    nextRegionID = max(nextRegionID, edit.nextRegionID ?? 0)
    unnamedFiles = []
    if let incarnation = edit.incarnation { try apply(incarnation) }
    for table in edit.createdTables { try create(table) }
    for table in edit.alteredTables { try alter(table) }
    for record in edit.splitPolicies { try set(record.policy, of: record.tableID) }
    try changeRegions(edit)
    for file in edit.removedFiles { try remove(file) }
    for file in edit.addedFiles { try add(file) }
    for flushed in edit.flushedThrough {
      let key = GroupKey(regionID: flushed.regionID, group: flushed.group)
      guard regionsByID[flushed.regionID] != nil else {
        throw contradiction("region \(flushed.regionID) is flushed but is not there")
      }
      var files = groups[key] ?? GroupFiles()
      files.flushedThrough = max(files.flushedThrough, flushed.sequence)
      groups[key] = files
    }
    for origin in edit.origins where regionsByID[origin.regionID] != nil {
      origins[origin.regionID] = origin
    }
    for counts in edit.requests where regionsByID[counts.regionID] != nil {
      requests[counts.regionID] = counts
    }
    unnamedFiles.removeAll { nameCounts[$0] != nil }
  }

  private mutating func create(_ table: TableRecord) throws(StoreError) {
    let isKnown = tables.contains { $0.id == table.id || $0.schema.name == table.schema.name }
    if isKnown { throw contradiction("table '\(table.schema.name)' is created twice") }
    tables.append(table)
    nextTableID = max(nextTableID, table.id + 1)
  }

  private mutating func alter(_ table: TableRecord) throws(StoreError) {
    let place = tables.firstIndex {
      $0.id == table.id && $0.schema.name == table.schema.name && $0.groupCount <= table.groupCount
    }
    guard let place else {
      throw contradiction("table '\(table.schema.name)' is altered but is not there")
    }
    let policy = tables[place].schema.splitPolicy
    tables[place] = table
    tables[place].schema.splitPolicy = policy
  }

  private mutating func set(_ policy: SplitPolicy, of table: UInt32) throws(StoreError) {
    guard let index = tables.firstIndex(where: { $0.id == table }) else {
      throw contradiction("a split policy is for table \(table), which does not exist")
    }
    tables[index].schema.splitPolicy = policy
  }

  func contradiction(_ what: String) -> StoreError {
    StoreError(.corruption, "the MANIFEST contradicts itself: \(what)")
  }

  /// One edit that leads from nothing to this state.
  package func snapshotEdit() -> VersionEdit {
    var edit = VersionEdit()
    edit.nextFileNumber = nextFileNumber
    edit.lastSequence = lastSequence
    edit.lastTimestamp = lastTimestamp
    edit.minLogNumber = minLogNumber
    edit.incarnation = incarnation
    edit.ingestedThrough = ingestedThrough == 0 ? nil : ingestedThrough
    edit.removalCount = removalCount == 0 ? nil : removalCount
    edit.nextTableID = nextTableID
    edit.nextRegionID = nextRegionID
    edit.createdTables = tables
    edit.splitPolicies = tables.filter { $0.schema.splitPolicy != .default }
      .map { SplitPolicyRecord(tableID: $0.id, policy: $0.schema.splitPolicy) }
    edit.addedRegions = regions
    edit.rememberedRegions = retiredRegions
    for (key, files) in groups.sorted(by: { $0.key.order < $1.key.order }) {
      edit.addedFiles += files.bottom + files.upper
      edit.flushedThrough.append(
        FlushedThrough(
          regionID: key.regionID, group: key.group, sequence: files.flushedThrough))
    }
    edit.origins = origins.values.sorted { $0.regionID < $1.regionID }
    edit.requests = requests.values.sorted { $0.regionID < $1.regionID }
    return edit
  }
}

// MARK: - Regions

extension VersionState {
  private mutating func changeRegions(_ edit: VersionEdit) throws(StoreError) {
    var touched: Set<UInt32> = []
    for id in edit.retiredRegions { touched.insert(try retire(id)) }
    for id in edit.droppedTables {
      guard let place = tables.firstIndex(where: { $0.id == id }) else {
        throw contradiction("table \(id) is dropped but is not there")
      }
      tables.remove(at: place)
      if regionsByID.values.contains(where: { $0.tableID == id }) {
        throw contradiction("table \(id) is dropped but has a region")
      }
      touched.remove(id)
    }
    for region in edit.addedRegions {
      if regionsByID[region.id] != nil || retiredByID[region.id] != nil {
        throw contradiction("region \(region.id) is added twice")
      }
      guard tables.contains(where: { $0.id == region.tableID }) else {
        throw contradiction("region \(region.id) belongs to no table")
      }
      regionsByID[region.id] = region
      nextRegionID = max(nextRegionID, region.id + 1)
      touched.insert(region.tableID)
    }
    for region in edit.rememberedRegions {
      if regionsByID[region.id] != nil || retiredByID[region.id] != nil {
        throw contradiction("region \(region.id) is retired twice")
      }
      retiredByID[region.id] = region
      nextRegionID = max(nextRegionID, region.id + 1)
      nextTableID = max(nextTableID, region.tableID + 1)
    }
    for id in edit.forgottenRegions { retiredByID[id] = nil }
    for table in touched { try checkCover(of: table) }
  }

  private mutating func retire(_ id: UInt64) throws(StoreError) -> UInt32 {
    guard let region = regionsByID.removeValue(forKey: id),
      let table = tables.first(where: { $0.id == region.tableID })
    else { throw contradiction("region \(id) is retired but is not there") }
    var flushed: [UInt64] = []
    for group in 0..<UInt32(table.groupCount) {
      let files = groups.removeValue(forKey: GroupKey(regionID: id, group: group)) ?? GroupFiles()
      flushed.append(files.flushedThrough)
      for file in files.all { unname(file.number) }
    }
    retiredByID[id] = RetiredRegion(
      id: id, tableID: table.id, rows: region.rows, flushedThrough: flushed)
    origins[id] = nil
    requests[id] = nil
    return table.id
  }

  /// The regions of a table must hold every row, and none twice.
  private func checkCover(of table: UInt32) throws(StoreError) {
    let rows = regionsByID.values.filter { $0.tableID == table }.map(\.rows)
      .sorted { $0.start < $1.start }
    var next: Bytes? = Bytes()
    for range in rows {
      guard let expected = next, !range.isEmpty, range.start == expected else {
        let what = next.map { $0 < range.start ? "a gap" : "an overlap" } ?? "an overlap"
        throw contradiction("the regions of table \(table) have \(what) at '\(range.start)'")
      }
      next = range.stop
    }
    if let next { throw contradiction("the regions of table \(table) end at '\(next)'") }
  }
}

// MARK: - Files

extension VersionState {
  private mutating func unname(_ number: UInt64) {
    guard let count = nameCounts[number], count > 1 else {
      nameCounts[number] = nil
      unnamedFiles.append(number)
      return
    }
    nameCounts[number] = count - 1
  }

  private mutating func remove(_ file: RemovedFile) throws(StoreError) {
    let key = GroupKey(regionID: file.regionID, group: file.group)
    guard var files = groups[key] else {
      throw contradiction("file \(file.part.number) is removed from a group that has none")
    }
    let before = files.upper.count + files.bottom.count
    files.upper.removeAll { $0.part == file.part }
    files.bottom.removeAll { $0.part == file.part }
    if files.upper.count + files.bottom.count == before {
      throw contradiction("file \(file.part.number) is removed but was never added")
    }
    unname(file.part.number)
    groups[key] = files
  }

  private mutating func add(_ file: FileRecord) throws(StoreError) {
    guard let region = regionsByID[file.regionID],
      let table = tables.first(where: { $0.id == region.tableID }),
      file.group < UInt32(table.groupCount)
    else { throw contradiction("file \(file.number) belongs to no group") }
    let key = GroupKey(regionID: file.regionID, group: file.group)
    var files = groups[key] ?? GroupFiles()
    let isKnown =
      file.isWhole
      ? nameCounts[file.number] != nil : files.all.contains { $0.part == file.part }
    if isKnown { throw contradiction("file \(file.number) is added twice") }
    guard file.smallestSequence <= file.largestSequence, file.smallestRow <= file.largestRow else {
      throw contradiction("file \(file.number) has its bounds the wrong way round")
    }
    let rows = file.rows
    guard !rows.isEmpty, region.rows.covers(rows) else {
      throw contradiction("file \(file.number) has rows outside its region")
    }
    if file.level == 0 {
      let at = files.upper.firstIndex { $0.largestSequence < file.largestSequence }
      files.upper.insert(file, at: at ?? files.upper.count)
    } else {
      let at = files.bottom.firstIndex { $0.rows.start > rows.start } ?? files.bottom.count
      let overlapsBefore = at > 0 && files.bottom[at - 1].rows.overlaps(rows)
      let overlapsAfter = at < files.bottom.count && files.bottom[at].rows.overlaps(rows)
      if overlapsBefore || overlapsAfter {
        throw contradiction("file \(file.number) overlaps another of the bottom level")
      }
      files.bottom.insert(file, at: at)
    }
    nameCounts[file.number, default: 0] += 1
    groups[key] = files
  }
}
