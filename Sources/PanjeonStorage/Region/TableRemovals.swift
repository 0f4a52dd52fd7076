// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
package import WideColumn

/// Rows that were removed from a table by removing their regions, and the table as it was before.
///
/// A region that is gone keeps its last view, which holds all that was written before the removal; so a snapshot from before
/// reads through the table's handle from before.
package final class TableRemovals: Sendable {
  private struct Removal: Sendable {
    var rows: [KeyRange]
    /// How many removals of the store it was, itself counted.
    var number: UInt64
    /// The table as it was.
    var before: TableHandle
  }

  /// From the oldest on.
  private let removals: Mutex<[Removal]>

  /// The number of the last one.
  private let last: UInt64

  /// How many removals of the store there had been when the table was created: a snapshot from before one of them may have seen
  /// another table of its name.
  private let createdAfter: UInt64

  /// Begins with a table that is created after so many removals.
  package init(createdAfter number: UInt64) {
    removals = Mutex([])
    last = number
    createdAfter = number
  }

  /// Adds a removal to those of the table as it was.
  init(of rows: [KeyRange], number: UInt64, from table: TableHandle) {
    let earlier = table.removals?.removals.withLock { $0 } ?? []
    removals = Mutex(earlier + [Removal(rows: rows, number: number, before: table)])
    last = number
    createdAfter = table.removals?.createdAfter ?? 0
  }

  /// Whether the table came after a removal that is not among the first so many.
  func cameBehind(_ count: UInt64) -> Bool { count < createdAfter }

  /// The table as a snapshot sees it that was taken after so many removals; nil: as it is now.
  func handle(after count: UInt64) -> TableHandle? {
    if count >= last { return nil }
    return removals.withLock { removals in
      removals.first { count < $0.number }?.before
    }
  }

  /// Whether rows of a range were removed, if only with another table of the same name, since a snapshot that was taken after so many removals.
  package func overlaps(_ rows: KeyRange, after count: UInt64) -> Bool {
    if cameBehind(count) { return true }
    return removals.withLock { removals in
      removals.contains { removal in
        removal.number > count && removal.rows.contains { $0.overlaps(rows) }
      }
    }
  }

  /// Gives the table as it was another record, too, and hands on its regions.
  func alter(_ record: TableRecord, _ onRegion: (Region) -> Void) {
    removals.withLock { removals in
      for index in removals.indices {
        let before = removals[index].before
        before.regions.forEach(onRegion)
        removals[index].before = before.with(record)
      }
    }
  }

  /// Lets go of what no snapshot needs any more: the oldest that is open was taken after so many removals.
  package func release(below oldest: UInt64) {
    removals.withLock { removals in
      removals.removeAll { $0.number <= oldest }
    }
  }
}
