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
    var flushes = 0
    var compactions = 0
    var isWanted = false
    var isClosed = false

    var isIdle: Bool { flushes == 0 && compactions == 0 }
  }

  private let monitor = Monitor(State())

  package init() {}

  /// Begins work on the region unless it is being split or merged, or has been; ``end(_:)`` must follow.
  package func begin(_ work: Work) -> Bool {
    monitor.withLock { state in
      if state.isClosed || (state.isWanted && work == .compaction) { return false }
      switch work {
      case .flush: state.flushes += 1
      case .compaction: state.compactions += 1
      }
      return true
    }
  }

  package func end(_ work: Work) {
    monitor.withLock { state in
      switch work {
      case .flush: state.flushes -= 1
      case .compaction: state.compactions -= 1
      }
    }
    monitor.notifyAll()
  }

  /// Waits until nothing is under way behind any of the gates; nothing begins until they are opened again.
  ///
  /// No gate stays closed while the compaction of another is waited for, lest it hold up flushes; a flush is short. For the
  /// one thread that changes regions.
  package static func close(_ gates: [MaintenanceGate]) {
    for gate in gates { gate.monitor.withLock { $0.isWanted = true } }
    for gate in gates { gate.monitor.wait(timeout: nil) { $0.compactions == 0 ? () : nil } }
    for gate in gates {
      gate.monitor.wait(timeout: nil) { state -> Void? in
        // No further flush begins, whatever the thread that waits misses.
        state.isClosed = true
        return state.isIdle ? () : nil
      }
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
