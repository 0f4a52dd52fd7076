// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// A memtable and the oldest log segment that holds a record of it.
package final class LoggedMemTable: Sendable {
  package let table: MemTable

  /// The rows of the region that it was made for: the only ones that it can hold.
  package let rows: KeyRange

  /// The log number at the first insertion; meaningless while the memtable is empty.
  ///
  /// Set by the sequencer before the first insertion, read by whoever asks which segments are still needed.
  package let firstLogNumber = AtomicNumber(0)

  private let budget: MemoryBudget
  private let accountedBytes = AtomicNumber(0)

  package convenience init(capacityBytes: Int, rows: KeyRange, budget: MemoryBudget) {
    self.init(MemTable(capacityBytes: capacityBytes), rows: rows, budget: budget)
  }

  /// Creates an empty memtable for rows of a region.
  package init(_ table: MemTable, rows: KeyRange, budget: MemoryBudget) {
    self.table = table
    self.rows = rows
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
