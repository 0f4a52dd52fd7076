// SPDX-License-Identifier: Apache-2.0

package import WideColumn

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

/// A region that was split or merged away, while the log may still hold records of it.
package struct RetiredRegion: Hashable, Sendable {
  package var id: UInt64
  package var tableID: UInt32
  package var rows: KeyRange
  /// For each group, through what sequence all cells of these rows were in SSTables when the region went.
  package var flushedThrough: [UInt64]

  package init(id: UInt64, tableID: UInt32, rows: KeyRange, flushedThrough: [UInt64]) {
    self.id = id
    self.tableID = tableID
    self.rows = rows
    self.flushedThrough = flushedThrough
  }
}

/// Where a region comes from; for people.
package struct RegionOrigin: Hashable, Sendable {
  package var regionID: UInt64
  /// The regions it took the place of, by row; none: it was created with its table.
  package var parents: [UInt64]
  /// When, by the wall clock, in microseconds since 1970.
  package var createdAt: Int64
  /// Why, as a clause: "it held 70 MiB, more than 64 MiB".
  package var cause: String

  package init(regionID: UInt64, parents: [UInt64], createdAt: Int64, cause: String) {
    self.regionID = regionID
    self.parents = parents
    self.createdAt = createdAt
    self.cause = cause
  }
}

/// How much a region has been asked for, since it came to be.
package struct RegionRequests: Hashable, Sendable {
  package var regionID: UInt64
  /// Rows read, by gets, conditions and scans.
  package var reads: UInt64
  /// Rows written.
  package var writes: UInt64

  package init(regionID: UInt64, reads: UInt64, writes: UInt64) {
    self.regionID = regionID
    self.reads = reads
    self.writes = writes
  }
}

/// The split policy of a table, where it is not the default.
package struct SplitPolicyRecord: Hashable, Sendable {
  package var tableID: UInt32
  package var policy: SplitPolicy

  package init(tableID: UInt32, policy: SplitPolicy) {
    self.tableID = tableID
    self.policy = policy
  }
}
