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
  package private(set) var tables: [TableRecord] = []
  package private(set) var regions: [RegionRecord] = []
  private var groups: [GroupKey: GroupFiles] = [:]

  package init() {}

  package var nextTableID: UInt32 { (tables.map(\.id).max() ?? 0) + 1 }

  package var nextRegionID: UInt64 { (regions.map(\.id).max() ?? 0) + 1 }

  package func files(regionID: UInt64, group: UInt32) -> GroupFiles {
    groups[GroupKey(regionID: regionID, group: group)] ?? GroupFiles()
  }

  /// The numbers of all SSTables.
  package var fileNumbers: Set<UInt64> {
    Set(groups.values.flatMap { ($0.upper + $0.bottom).map(\.number) })
  }

  /// Applies an edit after checking that it makes sense here.
  ///
  /// - Parameter edit: The change.
  /// - Throws: `corruption`; the state must then be thrown away.
  package mutating func apply(_ edit: VersionEdit) throws(StoreError) {
    nextFileNumber = max(nextFileNumber, edit.nextFileNumber ?? 0)
    lastSequence = max(lastSequence, edit.lastSequence ?? 0)
    lastTimestamp = max(lastTimestamp, edit.lastTimestamp ?? 0)
    minLogNumber = max(minLogNumber, edit.minLogNumber ?? 0)
    for table in edit.createdTables {
      let isKnown = tables.contains { $0.id == table.id || $0.schema.name == table.schema.name }
      if isKnown { throw contradiction("table '\(table.schema.name)' is created twice") }
      tables.append(table)
    }
    for region in edit.addedRegions {
      if regions.contains(where: { $0.id == region.id }) {
        throw contradiction("region \(region.id) is added twice")
      }
      guard tables.contains(where: { $0.id == region.tableID }) else {
        throw contradiction("region \(region.id) belongs to no table")
      }
      regions.append(region)
    }
    for file in edit.removedFiles { try remove(file) }
    for file in edit.addedFiles { try add(file) }
    for flushed in edit.flushedThrough {
      let key = GroupKey(regionID: flushed.regionID, group: flushed.group)
      var files = groups[key] ?? GroupFiles()
      files.flushedThrough = max(files.flushedThrough, flushed.sequence)
      groups[key] = files
    }
  }

  private mutating func remove(_ file: RemovedFile) throws(StoreError) {
    let key = GroupKey(regionID: file.regionID, group: file.group)
    guard var files = groups[key] else {
      throw contradiction("file \(file.number) is removed from a group that has none")
    }
    let before = files.upper.count + files.bottom.count
    files.upper.removeAll { $0.number == file.number }
    files.bottom.removeAll { $0.number == file.number }
    if files.upper.count + files.bottom.count == before {
      throw contradiction("file \(file.number) is removed but was never added")
    }
    groups[key] = files
  }

  private mutating func add(_ file: FileRecord) throws(StoreError) {
    guard let region = regions.first(where: { $0.id == file.regionID }),
      let table = tables.first(where: { $0.id == region.tableID }),
      file.group < UInt32(table.groupCount)
    else { throw contradiction("file \(file.number) belongs to no group") }
    if fileNumbers.contains(file.number) {
      throw contradiction("file \(file.number) is added twice")
    }
    guard file.smallestSequence <= file.largestSequence, file.smallestRow <= file.largestRow else {
      throw contradiction("file \(file.number) has its bounds the wrong way round")
    }
    let key = GroupKey(regionID: file.regionID, group: file.group)
    var files = groups[key] ?? GroupFiles()
    if file.level == 0 {
      let at = files.upper.firstIndex { $0.largestSequence < file.largestSequence }
      files.upper.insert(file, at: at ?? files.upper.count)
    } else {
      let at = files.bottom.firstIndex { $0.smallestRow > file.smallestRow } ?? files.bottom.count
      let overlapsBefore = at > 0 && files.bottom[at - 1].largestRow >= file.smallestRow
      let overlapsAfter = at < files.bottom.count && files.bottom[at].smallestRow <= file.largestRow
      if overlapsBefore || overlapsAfter {
        throw contradiction("file \(file.number) overlaps another of the bottom level")
      }
      files.bottom.insert(file, at: at)
    }
    groups[key] = files
  }

  private func contradiction(_ what: String) -> StoreError {
    StoreError(.corruption, "the MANIFEST contradicts itself: \(what)")
  }

  /// One edit that leads from nothing to this state.
  package func snapshotEdit() -> VersionEdit {
    var edit = VersionEdit()
    edit.nextFileNumber = nextFileNumber
    edit.lastSequence = lastSequence
    edit.lastTimestamp = lastTimestamp
    edit.minLogNumber = minLogNumber
    edit.createdTables = tables
    edit.addedRegions = regions
    for (key, files) in groups.sorted(by: { $0.key.order < $1.key.order }) {
      edit.addedFiles += files.bottom + files.upper
      edit.flushedThrough.append(
        FlushedThrough(
          regionID: key.regionID, group: key.group, sequence: files.flushedThrough))
    }
    return edit
  }
}
