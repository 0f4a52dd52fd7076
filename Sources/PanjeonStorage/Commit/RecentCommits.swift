// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Which rows were written of late, so that a commit is validated inside the sequencer without I/O.
///
/// A ring of the last written rows with a table from row to last sequence. It answers only for what is younger
/// than ``windowStart``; a commit whose check is older leaves and checks again. Two rows of equal hash are
/// taken for one, which costs a needless check and nothing else. Rows are known by table, not by region, so that a row
/// that comes to another region keeps its history. Guarded by the sequencer's lock.
package struct RecentCommits {
  private struct Entry {
    var sequence: UInt64
    var tableID: UInt32
    var token: UInt64
    var row: Bytes
  }

  private var ring: [Entry] = []
  private var oldest = 0
  private let capacity: Int
  private var lastWrite: [UInt64: UInt64]

  /// Changes with a sequence greater than this are all known.
  package private(set) var windowStart: UInt64

  /// Creates an empty index that knows of every change after `sequence`.
  package init(capacity: Int, after sequence: UInt64) {
    precondition(capacity > 0, "the window of recent commits needs room")
    self.capacity = capacity
    windowStart = sequence
    ring.reserveCapacity(capacity)
    lastWrite = Dictionary(minimumCapacity: capacity)
  }

  /// Notes that a row was written by the cells up to `sequence`.
  package mutating func append(row: Bytes, hash: UInt64, tableID: UInt32, sequence: UInt64) {
    let entry = Entry(
      sequence: sequence, tableID: tableID, token: token(hash, tableID), row: row)
    if ring.count < capacity {
      ring.append(entry)
    } else {
      let evicted = ring[oldest]
      windowStart = evicted.sequence
      if lastWrite[evicted.token] == evicted.sequence { lastWrite[evicted.token] = nil }
      ring[oldest] = entry
      oldest = oldest + 1 == capacity ? 0 : oldest + 1
    }
    lastWrite[entry.token] = sequence
  }

  /// Whether the row may have been written after `sequence`; nil when the window does not reach back.
  package func wasWritten(hash: UInt64, tableID: UInt32, after sequence: UInt64) -> Bool? {
    guard sequence >= windowStart else { return nil }
    guard let last = lastWrite[token(hash, tableID)] else { return false }
    return last > sequence
  }

  /// A row of the range written after `sequence`, newest first, if there is one.
  ///
  /// - Precondition: `sequence` is not less than `windowStart`.
  package func rowWritten(in range: KeyRange, tableID: UInt32, after sequence: UInt64) -> Bytes? {
    precondition(sequence >= windowStart, "the window does not reach back so far")
    for age in 0..<ring.count {
      let newest = ring.count < capacity ? ring.count - 1 : oldest - 1 + capacity
      let entry = ring[(newest - age) % ring.count]
      if entry.sequence <= sequence { return nil }
      if entry.tableID == tableID, range.contains(entry.row) { return entry.row }
    }
    return nil
  }

  private func token(_ hash: UInt64, _ tableID: UInt32) -> UInt64 {
    hash ^ (UInt64(tableID) &* 0x9E37_79B9_7F4A_7C15)
  }
}
