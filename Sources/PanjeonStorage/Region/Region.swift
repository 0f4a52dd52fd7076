// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
package import WideColumn

/// A contiguous range of a table's rows with memtables and SSTables of its own.
package final class Region: Sendable {
  package let id: UInt64
  package let tableID: UInt32
  package let rows: KeyRange

  /// Guards one reference and nothing else: readers hold it for a load, writers for a store.
  private let current: Mutex<RegionView>

  package init(id: UInt64, tableID: UInt32, rows: KeyRange, view: RegionView) {
    self.id = id
    self.tableID = tableID
    self.rows = rows
    current = Mutex(view)
  }

  /// The present view: one retain.
  package var view: RegionView {
    current.withLock { $0 }
  }

  /// Replaces one group of the view.
  ///
  /// Lock order: the sequencer's lock, then this one. `change` must not do I/O.
  package func update(group: Int, _ change: (inout GroupView) -> Void) {
    current.withLock { view in
      view = view.changing(group, change)
    }
  }
}
