// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// A memtable and the oldest log segment that holds a record of it.
package final class LoggedMemTable: Sendable {
  package let table: MemTable

  /// The log number at the first insertion; meaningless while the memtable is empty.
  ///
  /// Set by the sequencer before the first insertion, read by whoever asks which segments are still needed.
  package let firstLogNumber = AtomicNumber(0)

  private let budget: MemoryBudget
  private let accountedBytes = AtomicNumber(0)

  package init(capacityBytes: Int, budget: MemoryBudget) {
    table = MemTable(capacityBytes: capacityBytes)
    self.budget = budget
  }

  deinit {
    budget.release(Int(accountedBytes.value), for: .memtables)
  }

  /// Charges the budget with what the memtable has grown by.
  ///
  /// For its one writer.
  package func account() {
    let used = UInt64(table.bytesUsed)
    let grown = used - accountedBytes.value
    if grown == 0 { return }
    accountedBytes.store(used)
    budget.reserve(Int(grown), for: .memtables)
  }
}

/// What one locality group of a region consists of at one moment; immutable.
package struct GroupView: Sendable {
  /// The memtable that takes writes.
  package var active: LoggedMemTable

  /// The memtables that wait to be flushed, newest first.
  package var immutables: [LoggedMemTable] = []

  /// The tiered SSTables, newest first.
  package var upper: [Table] = []

  /// The leveled SSTables, by row; they do not overlap.
  package var bottom: [Table] = []
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
}
