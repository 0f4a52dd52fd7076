// SPDX-License-Identifier: Apache-2.0

/// What one locality group of a region consists of at one moment; immutable.
package struct GroupView: Sendable {
  /// The memtable that takes writes.
  package var active: LoggedMemTable

  /// The memtables that wait to be flushed, newest first.
  package var immutables: [SealedMemTables] = []

  /// The tiered SSTables, newest first.
  package var upper: [Table] = []

  /// The leveled SSTables, by row; they do not overlap.
  package var bottom: [Table] = []

  /// Exchanges the memtable that takes writes; what it holds waits to be flushed.
  package mutating func seal(replacingBy fresh: LoggedMemTable) {
    if !active.table.isEmpty { immutables.insert(SealedMemTables([MemTablePart(active)]), at: 0) }
    active = fresh
  }

  /// Adds an SSTable that has been flushed, in its place by age.
  package mutating func insertUpper(_ table: Table) {
    let sequence = table.properties.largestSequence
    let at = upper.firstIndex { $0.properties.largestSequence < sequence } ?? upper.count
    upper.insert(table, at: at)
  }

  /// The bytes of its SSTables.
  package var fileBytes: UInt64 {
    upper.reduce(0) { $0 + $1.bytes } + bottom.reduce(0) { $0 + $1.bytes }
  }

  /// Whether every cell in memory is younger than every SSTable, so that the files' order by sequence is their order
  /// by age.
  ///
  /// Always so but in a merged region until what both parts had in memory is flushed.
  package var filesAreOlder: Bool {
    let newestFile = (upper + bottom).map(\.properties.largestSequence).max() ?? 0
    let oldestSealed = immutables.map(\.smallestSequence).min() ?? .max
    let oldestActive = active.table.isEmpty ? .max : active.table.smallestSequence
    return newestFile < min(oldestSealed, oldestActive)
  }
}

/// What a region consists of at one moment; immutable.
///
/// All groups are in one view, so that a reader who takes the view and then the visible sequence sees whole
/// batches even where they touch several groups.
package final class RegionView: Sendable {
  /// The groups, by group number.
  package let groups: [GroupView]

  package init(groups: [GroupView]) {
    self.groups = groups
  }

  /// This view with one group changed.
  package func changing(_ group: Int, _ change: (inout GroupView) -> Void) -> RegionView {
    var groups = groups
    change(&groups[group])
    return RegionView(groups: groups)
  }

  /// The bytes of the region's SSTables.
  package var fileBytes: UInt64 { groups.reduce(0) { $0 + $1.fileBytes } }
}
