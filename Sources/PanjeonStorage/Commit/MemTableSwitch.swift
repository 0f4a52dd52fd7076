// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Puts batches into memtables and exchanges a full memtable for an empty one.
///
/// Every method is called under the sequencer's lock: that is what makes a memtable's one writer.
package final class MemTableSwitch: Sendable {
  private let memtableBytesMax: Int
  private let budget: MemoryBudget
  private let pool: ArenaPool
  private let rowCache: RowCache?
  private let onFull: @Sendable () -> Void

  /// Creates a switch that calls `onFull` (quickly, without locks) whenever a memtable waits to be flushed.
  package init(
    memtableBytesMax: Int, budget: MemoryBudget, rowCache: RowCache?,
    onFull: @escaping @Sendable () -> Void
  ) {
    self.rowCache = rowCache
    self.memtableBytesMax = memtableBytesMax
    self.budget = budget
    pool = ArenaPool(budget)
    self.onFull = onFull
  }

  /// An empty memtable for some rows, with room for at least `bytes`.
  ///
  /// In the place of one that was filled, it takes the memory of one that has been flushed.
  package func makeMemTable(
    of rows: KeyRange, for bytes: Int = 0, inPlaceOf old: MemTable? = nil
  ) -> LoggedMemTable {
    let wasFilled = old.map { $0.bytesUsed >= memtableBytesMax / 2 } ?? false
    let capacity = max(memtableBytesMax, bytes + 4096)
    // One for a large batch is of a size that does not come again.
    let table = MemTable(
      capacityBytes: capacity, pool: capacity == memtableBytesMax ? pool : nil,
      recycles: wasFilled)
    return LoggedMemTable(table, rows: rows, budget: budget)
  }

  /// Sees to it that the active memtable of each group the batch touches has room for all of the batch.
  package func makeRoom(for batch: PreparedBatch, logNumber: UInt64) {
    for run in batch.runs {
      var target = run.region.activeMemTable(ofGroup: run.group)
      if !target.table.canInsert(bytes: batch.memtableBytes) {
        exchange(region: run.region, group: run.group, room: batch.memtableBytes)
        target = run.region.activeMemTable(ofGroup: run.group)
      }
      if target.table.isEmpty { target.firstLogNumber.store(logNumber) }
    }
  }

  /// Lets the row cache forget the rows of a region that changes otherwise than by commits.
  package func forgetRows(of region: Region, writtenAt sequence: UInt64) {
    rowCache?.removeAll(ofRegion: region.id, writtenAt: sequence)
  }

  /// Makes the active memtable one that waits to be flushed, unless it is empty and large enough.
  package func exchange(region: Region, group: Int, room: Int = 0) {
    let active = region.view.groups[group].active.table
    if active.isEmpty, active.canInsert(bytes: room) { return }
    let fresh = makeMemTable(of: region.rows, for: room, inPlaceOf: active)
    region.update(group: group) { $0.seal(replacingBy: fresh) }
    onFull()
  }

  /// Inserts every cell of a batch, for which `makeRoom` has been called, and tells the row cache; before anyone can read at its
  /// sequences.
  package func insert(_ batch: inout PreparedBatch, firstSequence: UInt64, timestamp: Int64) {
    let lastSequence = firstSequence + UInt64(batch.cellCount) - 1
    batch.place(firstSequence: firstSequence, timestamp: timestamp) { run, cells in
      let target = run.region.activeMemTable(ofGroup: run.group)
      unsafe run.row.withUnsafeBytes { row in
        unsafe target.table.insert(row: row, rowHash: run.hash) { insert in
          unsafe cells.forEach(insert)
        }
      }
      target.account()
      run.region.metrics.writes.add(1)
      rowCache?.write(
        run.row, hash: run.hash, region: run.region.id, writtenAt: lastSequence, cells)
    }
    if budget.reservedBytes(.memtables) > budget.memtableShareBytes { onFull() }
  }
}
