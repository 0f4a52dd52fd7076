// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// A table as the MANIFEST keeps it: its schema and the numbers its names have in keys and files.
package struct TableRecord: Hashable, Sendable {
  package var id: UInt32
  package var schema: TableSchema
  /// The number of each family: zero for the lock family, the others from one.
  package var familyNumbers: [String: UInt8]
  /// The number of each locality group that has a family, from zero.
  package var groupNumbers: [String: UInt32]

  package init(
    id: UInt32, schema: TableSchema, familyNumbers: [String: UInt8],
    groupNumbers: [String: UInt32]
  ) {
    self.id = id
    self.schema = schema
    self.familyNumbers = familyNumbers
    self.groupNumbers = groupNumbers
  }

  package var groupCount: Int { groupNumbers.count }

  /// Numbers the families and groups of a new table, in the order of their names.
  package static func numbering(_ schema: TableSchema, id: UInt32) -> TableRecord {
    var families: [String: UInt8] = [:]
    var next: UInt8 = 1
    for family in schema.families {
      if family.name == ColumnFamily.lockFamilyName {
        families[family.name] = 0
      } else {
        families[family.name] = next
        next += 1
      }
    }
    var groups: [String: UInt32] = [:]
    for name in Set(schema.families.map(\.localityGroup)).sorted() {
      groups[name] = UInt32(groups.count)
    }
    return TableRecord(id: id, schema: schema, familyNumbers: families, groupNumbers: groups)
  }
}

/// A region as the MANIFEST keeps it.
package struct RegionRecord: Hashable, Sendable {
  package var id: UInt64
  package var tableID: UInt32
  package var rows: KeyRange

  package init(id: UInt64, tableID: UInt32, rows: KeyRange) {
    self.id = id
    self.tableID = tableID
    self.rows = rows
  }
}

/// An SSTable as the MANIFEST keeps it.
package struct FileRecord: Hashable, Sendable {
  package var regionID: UInt64
  package var group: UInt32
  package var number: UInt64
  /// Zero: tiered, may overlap others.
  ///
  /// One: leveled, overlaps none of its level.
  package var level: UInt8
  package var fileBytes: UInt64
  package var cellCount: UInt64
  package var deleteCount: UInt64
  package var smallestSequence: UInt64
  package var largestSequence: UInt64
  package var smallestRow: Bytes
  package var largestRow: Bytes

  package init(
    regionID: UInt64, group: UInt32, number: UInt64, level: UInt8, fileBytes: UInt64,
    cellCount: UInt64, deleteCount: UInt64, smallestSequence: UInt64, largestSequence: UInt64,
    smallestRow: Bytes, largestRow: Bytes
  ) {
    self.regionID = regionID
    self.group = group
    self.number = number
    self.level = level
    self.fileBytes = fileBytes
    self.cellCount = cellCount
    self.deleteCount = deleteCount
    self.smallestSequence = smallestSequence
    self.largestSequence = largestSequence
    self.smallestRow = smallestRow
    self.largestRow = largestRow
  }
}

extension FileRecord {
  /// The record of an SSTable that has been written.
  package init(
    regionID: UInt64, group: UInt32, number: UInt64, level: UInt8, _ properties: TableProperties,
    fileBytes: UInt64
  ) {
    self.init(
      regionID: regionID, group: group, number: number, level: level, fileBytes: fileBytes,
      cellCount: properties.cellCount, deleteCount: properties.deleteCount,
      smallestSequence: properties.smallestSequence, largestSequence: properties.largestSequence,
      smallestRow: properties.smallestRow, largestRow: properties.largestRow)
  }
}

/// A file that is no longer part of a group.
package struct RemovedFile: Hashable, Sendable {
  package var regionID: UInt64
  package var group: UInt32
  package var number: UInt64

  package init(regionID: UInt64, group: UInt32, number: UInt64) {
    self.regionID = regionID
    self.group = group
    self.number = number
  }
}

/// Which of a group's log records are in SSTables: those up to a sequence.
package struct FlushedThrough: Hashable, Sendable {
  package var regionID: UInt64
  package var group: UInt32
  package var sequence: UInt64

  package init(regionID: UInt64, group: UInt32, sequence: UInt64) {
    self.regionID = regionID
    self.group = group
    self.sequence = sequence
  }
}

/// A change of what a store consists of; one record of the MANIFEST.
package struct VersionEdit: Hashable, Sendable {
  package var nextFileNumber: UInt64?
  package var lastSequence: UInt64?
  package var lastTimestamp: Int64?
  /// Recovery begins with this segment of the log.
  package var minLogNumber: UInt64?
  package var createdTables: [TableRecord] = []
  package var addedRegions: [RegionRecord] = []
  package var addedFiles: [FileRecord] = []
  package var removedFiles: [RemovedFile] = []
  package var flushedThrough: [FlushedThrough] = []

  package init() {}
}
