// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
package import WideColumn

/// A contiguous range of a table's rows with memtables and SSTables of its own.
///
/// A region that is split or merged is *retired*: its view then stays as it is, for those who still read it.
package final class Region: Sendable {
  package let id: UInt64
  package let tableID: UInt32
  package let rows: KeyRange
  package let gate = MaintenanceGate()

  /// Where it comes from; nil: it was created with its table.
  package let origin: RegionOrigin?

  package let metrics: RegionMetrics

  private let retired = AtomicNumber(0)
  private let joined = AtomicNumber(0)

  /// Guards one reference and nothing else: readers hold it for a load, writers for a store.
  private let current: Mutex<RegionView>

  package init(
    id: UInt64, tableID: UInt32, rows: KeyRange, view: RegionView, origin: RegionOrigin? = nil,
    requests: RegionRequests? = nil
  ) {
    self.id = id
    self.origin = origin
    self.tableID = tableID
    self.rows = rows
    metrics = RegionMetrics(requests)
    current = Mutex(view)
  }

  /// The present view: one retain.
  package var view: RegionView {
    current.withLock { $0 }
  }

  /// The memtable of a group that takes writes; as ``view``, but for the view itself.
  package func activeMemTable(ofGroup group: Int) -> LoggedMemTable {
    current.withLock { $0.groups[group].active }
  }

  /// Replaces one group of the view.
  ///
  /// Lock order: the sequencer's lock, then this one. `change` must not do I/O.
  package func update(group: Int, _ change: (inout GroupView) -> Void) {
    current.withLock { view in
      view = view.changing(group, change)
    }
  }

  /// Adds locality groups that hold nothing yet.
  package func add(groups memtables: [LoggedMemTable]) {
    updateAll { groups in groups += memtables.map { GroupView(active: $0) } }
  }

  /// Replaces all groups of the view at once.
  ///
  /// Lock order and bounds as for ``update(group:_:)``.
  package func updateAll(_ change: (inout [GroupView]) -> Void) {
    current.withLock { view in
      var groups = view.groups
      change(&groups)
      view = RegionView(groups: groups)
    }
  }

  /// Whether other regions have taken its place.
  package var isRetired: Bool { retired.value != 0 }

  /// Takes no more writes; under the sequencer's lock.
  package func retire() {
    retired.store(1)
  }

  /// Takes writes again: what was to take its place could not be written.
  package func revive() {
    retired.store(0)
  }

  /// Whether its table has come to take part in transactions since the region came to be.
  package var hasJoinedTransactions: Bool { joined.value != 0 }

  /// Takes no more writes that were prepared before; under the sequencer's lock.
  package func joinTransactions() {
    joined.store(1)
  }

  /// What the MANIFEST keeps of its counters.
  package var requests: RegionRequests {
    RegionRequests(regionID: id, reads: metrics.reads, writes: metrics.writes.value)
  }
}
