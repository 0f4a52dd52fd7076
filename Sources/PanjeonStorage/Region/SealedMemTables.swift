// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// A memtable that takes no more writes, or the part of one that a region sees since a split.
package struct MemTablePart: Sendable {
  package let memtable: LoggedMemTable

  /// The rows that the region sees of it; nil: all of them.
  package let bounds: KeyRange?

  package init(_ memtable: LoggedMemTable, bounds: KeyRange? = nil) {
    self.memtable = memtable
    self.bounds = bounds
  }

  /// The part of this part that another region gets; nil when it gets no row of it.
  package func part(within rows: KeyRange) -> MemTablePart? {
    let within = rows.intersection(bounds ?? memtable.rows)
    if within.isEmpty { return nil }
    return MemTablePart(memtable, bounds: within.covers(memtable.rows) ? nil : within)
  }

  /// A cursor for reading one row, unbounded; nil when the region sees no cells of it here.
  package func makeCursor(row: Bytes, hash: UInt64) -> MemTableCursor? {
    if let bounds, !bounds.contains(row) { return nil }
    return unsafe row.withUnsafeBytes { unsafe memtable.table.makeCursor(rowHash: hash, row: $0) }
  }

  package func makeCursor() -> CellCursor {
    let cursor = memtable.table.makeCursor()
    guard let bounds else { return cursor }
    return BoundedCursor(cursor, rows: bounds)
  }
}

/// Memtables that take no more writes and are flushed together, to one SSTable.
///
/// One memtable; after a merge of regions those that both had, whose sequences interleave: flushed one by one, the group
/// would be flushed through no single sequence. After a split both halves have them, each flushing its own rows.
package struct SealedMemTables: Sendable {
  package let parts: [MemTablePart]

  package init(_ parts: [MemTablePart]) {
    precondition(!parts.isEmpty, "a flush needs a memtable")
    self.parts = parts
  }

  package var smallestSequence: UInt64 {
    parts.map(\.memtable.table.smallestSequence).min() ?? .max
  }

  package var largestSequence: UInt64 { parts.map(\.memtable.table.largestSequence).max() ?? 0 }

  package var cellCount: UInt64 { parts.reduce(0) { $0 + $1.memtable.table.cellCount } }

  /// What another region gets of it; nil when it gets no row.
  package func part(within rows: KeyRange) -> SealedMemTables? {
    let parts = parts.compactMap { $0.part(within: rows) }
    return parts.isEmpty ? nil : SealedMemTables(parts)
  }
}
