// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// A table as the MANIFEST keeps it: its schema and the numbers its names have in keys and files.
package struct TableRecord: Hashable, Sendable {
  package var id: UInt32
  package var schema: TableSchema
  /// The number of each family: zero for the lock family, the others from one.
  package var familyNumbers: [String: UInt8]
  /// The number of each locality group that has or had a family, from zero.
  package var groupNumbers: [String: UInt32]
  /// The greatest number that a family ever had: cells of one that was dropped may still be there.
  package var greatestFamilyNumber: UInt8

  package init(
    id: UInt32, schema: TableSchema, familyNumbers: [String: UInt8],
    groupNumbers: [String: UInt32]
  ) {
    self.id = id
    self.schema = schema
    self.familyNumbers = familyNumbers
    self.groupNumbers = groupNumbers
    greatestFamilyNumber = familyNumbers.values.max() ?? 0
  }

  package var groupCount: Int { groupNumbers.count }

  /// The table as if it had no split policy: what says how its cells are read.
  package var apartFromPolicy: TableRecord {
    var record = self
    record.schema.splitPolicy = .default
    return record
  }

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
  package var incarnation: StoreIncarnation?
  package var ingestedThrough: UInt64?
  package var removalCount: UInt64?
  package var nextTableID: UInt32?
  package var nextRegionID: UInt64?
  package var createdTables: [TableRecord] = []
  /// Tables of which all but the split policy is as it is here from now on.
  package var alteredTables: [TableRecord] = []
  /// Tables that are gone; their regions are retired by the same edit.
  package var droppedTables: [UInt32] = []
  package var splitPolicies: [SplitPolicyRecord] = []
  package var retiredRegions: [UInt64] = []
  package var addedRegions: [RegionRecord] = []
  /// The regions that were retired before this edit, in one that begins a MANIFEST.
  package var rememberedRegions: [RetiredRegion] = []
  package var forgottenRegions: [UInt64] = []
  package var addedFiles: [FileRecord] = []
  package var removedFiles: [RemovedFile] = []
  package var flushedThrough: [FlushedThrough] = []
  package var origins: [RegionOrigin] = []
  package var requests: [RegionRequests] = []

  package init() {}
}
