// SPDX-License-Identifier: Apache-2.0

/// The one budget of a store's memory.
///
/// Memtables, the indexes and filters of open SSTables, and the row cache take theirs first; what they leave is the block
/// cache's, but never less than a sixteenth.
package final class MemoryBudget: Sendable {
  /// Who takes memory.
  package enum Category: Int, CaseIterable, Sendable {
    case memtables, spareMemtable, tableMetadata, rows, compaction, writeSets
  }

  package let totalBytes: Int
  private let reserved = Category.allCases.map { _ in AtomicNumber(0) }

  package init(totalBytes: Int) {
    self.totalBytes = totalBytes
  }

  package func reserve(_ bytes: Int, for category: Category) {
    reserved[category.rawValue].add(UInt64(bytes))
  }

  package func release(_ bytes: Int, for category: Category) {
    reserved[category.rawValue].add(0 &- UInt64(bytes))
  }

  package func reservedBytes(_ category: Category) -> Int {
    Int(reserved[category.rawValue].value)
  }

  /// How much of the budget memtables may take before the largest is flushed, full or not: half.
  package var memtableShareBytes: Int { totalBytes / 2 }

  /// What is left for cached blocks, in bytes.
  package var cacheCapacity: Int {
    let taken = reserved.reduce(0) { $0 + Int($1.value) }
    return max(totalBytes - taken, totalBytes / 16)
  }
}
