// SPDX-License-Identifier: Apache-2.0

/// Events that wait to be delivered.
///
/// Its lock is a leaf: events may be posted under any other.
package final class EventQueue: Sendable {
  /// How many events wait at the most; later ones are dropped and counted.
  package static let lengthMax = 1024

  private struct State: Sendable {
    var waiting: [StoreEvent] = []
    var delivered: UInt64 = 0
    var dropped: UInt64 = 0
    var isStopping = false
    var isWoken = false
  }

  private let state = Monitor(State())

  package init() {}

  package func post(_ event: StoreEvent) {
    state.withLock { state in
      if state.waiting.count < Self.lengthMax {
        state.waiting.append(event)
      } else {
        state.dropped += 1
      }
    }
    state.notifyAll()
  }

  /// Has the thread that waits look around, though there is no event.
  package func wake() {
    state.withLock { $0.isWoken = true }
    state.notifyAll()
  }

  /// Lets the thread that delivers them end when none is left.
  package func stop() {
    state.withLock { $0.isStopping = true }
    state.notifyAll()
  }

  /// Waits for events; none after `timeout` or ``wake()``, nil when there will be no more.
  package func next(timeout: Duration?) -> [StoreEvent]? {
    let events = state.wait(timeout: timeout) { state -> [StoreEvent]?? in
      if !state.waiting.isEmpty {
        defer { state.waiting = [] }
        return .some(state.waiting)
      }
      if state.isStopping { return .some(nil) }
      guard state.isWoken else { return nil }
      state.isWoken = false
      return .some([])
    }
    return events ?? []
  }

  package func countDelivered(_ count: Int) {
    state.withLock { $0.delivered += UInt64(count) }
  }

  /// What has become of the events so far.
  package var counts: Metrics.Events {
    state.withLock { state in
      var counts = Metrics.Events()
      counts.delivered = state.delivered
      counts.dropped = state.dropped
      return counts
    }
  }
}
