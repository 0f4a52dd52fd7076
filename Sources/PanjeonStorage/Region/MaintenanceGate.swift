// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Keeps flush and compaction apart from a split or a merge of the same region.
///
/// Flush and compaction may be under way together; a split waits until neither is, and lets no further compaction begin
/// meanwhile. For the store's own threads: waiting blocks. A gate comes before all locks of the article *Architecture*.
package final class MaintenanceGate: Sendable {
  package enum Work: Sendable {
    case flush, compaction
  }

  private struct State: Sendable {
    var working = 0
    var isWanted = false
    var isClosed = false
  }

  private let monitor = Monitor(State())

  package init() {}

  /// Begins work on the region unless it is being split or merged, or has been; ``end()`` must follow.
  package func begin(_ work: Work) -> Bool {
    monitor.withLock { state in
      if state.isClosed || (state.isWanted && work == .compaction) { return false }
      state.working += 1
      return true
    }
  }

  package func end() {
    monitor.withLock { $0.working -= 1 }
    monitor.notifyAll()
  }

  /// Waits until nothing is under way behind any of the gates; nothing begins until they are opened again.
  ///
  /// No gate stays closed while another is waited for, lest a long compaction of one region hold up the flush of the
  /// other. For the one thread that changes regions.
  package static func close(_ gates: [MaintenanceGate]) {
    for gate in gates { gate.monitor.withLock { $0.isWanted = true } }
    while true {
      for gate in gates { gate.waitUntilIdle() }
      // Only a flush can have begun since then.
      if gates.allSatisfy({ $0.closeIfIdle() }) { return }
      for gate in gates { gate.monitor.withLock { $0.isClosed = false } }
    }
  }

  private func waitUntilIdle() {
    monitor.wait(timeout: nil) { state in state.working == 0 ? () : nil }
  }

  private func closeIfIdle() -> Bool {
    monitor.withLock { state in
      guard state.working == 0 else { return false }
      state.isClosed = true
      return true
    }
  }

  /// Lets work begin again; a retired region's gate stays closed.
  package func open() {
    monitor.withLock { state in
      state.isWanted = false
      state.isClosed = false
    }
  }
}
