// SPDX-License-Identifier: Apache-2.0

package import Histogram
internal import Synchronization

/// Latencies in nanoseconds, three digits exact, up to an hour.
package typealias Latencies = Histogram<UInt64>

extension Latencies {
  package static func empty() -> Latencies {
    Latencies(highestTrackableValue: 3_600_000_000_000, numberOfSignificantValueDigits: .three)
  }
}

/// What has been measured of one kind of operation.
package struct Measured: Sendable {
  /// From the start of an operation to its end; those that succeeded.
  package var latencies = Latencies.empty()
  /// The same from when it should have started, under `target`.
  package var intended: Latencies?
  package var failures: Latencies?
  package var statuses: [Status: Int] = [:]

  mutating func record(_ elapsed: UInt64, intended: UInt64?, _ status: Status) {
    statuses[status, default: 0] += 1
    guard status == .ok else {
      failures = failures ?? Latencies.empty()
      failures?.record(elapsed)
      return
    }
    latencies.record(elapsed)
    if let intended {
      if self.intended == nil { self.intended = Latencies.empty() }
      self.intended?.record(intended)
    }
  }

  package mutating func add(_ other: Measured) {
    latencies.add(other.latencies)
    Self.add(other.intended, to: &intended)
    Self.add(other.failures, to: &failures)
    statuses.merge(other.statuses, uniquingKeysWith: +)
  }

  private static func add(_ other: Latencies?, to own: inout Latencies?) {
    guard let other else { return }
    if own == nil { own = other } else { own?.add(other) }
  }
}

/// Measurements by kind of operation.
package struct Measurements: Sendable {
  package var byMetric: [Metric: Measured] = [:]
  /// Transactions that had to be tried again, counted by attempt.
  package var retries = 0
  package var operations = 0
  /// The bytes of keys and values that were handed to the engine to be written.
  package var writtenBytes = 0

  package init() {}

  package mutating func add(_ other: Measurements) {
    for (metric, measured) in other.byMetric {
      if byMetric[metric] == nil {
        byMetric[metric] = measured
      } else {
        byMetric[metric]?.add(measured)
      }
    }
    retries += other.retries
    operations += other.operations
    writtenBytes += other.writtenBytes
  }

  /// The metrics that have anything, in the order of reports.
  package var metrics: [Metric] { Metric.allCases.filter { byMetric[$0] != nil } }

  package var failureCount: Int {
    byMetric.values.reduce(0) { sum, measured in
      sum + measured.statuses.reduce(0) { $1.key == .ok ? $0 : $0 + $1.value }
    }
  }
}

/// One client's measurements, which a status line may look at meanwhile.
package final class Recorder: Sendable {
  private struct State {
    var total = Measurements()
    var interval: Measurements?
    var trace: [TracedOperation]?
  }

  private let state: Mutex<State>
  private let measuresIntended: Bool

  /// - Parameter traceCapacity: How many operations there will be at the most, for a trace of them; nil for none.
  package init(hasStatusLines: Bool, measuresIntended: Bool, traceCapacity: Int? = nil) {
    var state = State(interval: hasStatusLines ? Measurements() : nil)
    if let traceCapacity {
      // At once: to copy a long array while it grows would take longer than the operations.
      var trace: [TracedOperation] = []
      trace.reserveCapacity(traceCapacity)
      state.trace = trace
    }
    self.state = Mutex(state)
    self.measuresIntended = measuresIntended
  }

  package func record(
    _ metric: Metric, from start: UInt64, intended: UInt64, _ status: Status, retries: Int = 0,
    writtenBytes: Int = 0
  ) {
    let end = Clock.now()
    let sinceIntended = end &- intended
    state.withLock { state in
      state.total.byMetric[metric, default: Measured()].record(
        end &- start, intended: measuresIntended ? sinceIntended : nil, status)
      state.total.retries += retries
      state.total.writtenBytes += writtenBytes
      state.interval?.byMetric[metric, default: Measured()].record(
        end &- start, intended: nil, status)
      if status == .ok {
        state.trace?.append(
          TracedOperation(metric: metric, begin: intended, latency: sinceIntended))
      }
    }
  }

  package func countOperation() {
    state.withLock { state in
      state.total.operations += 1
      state.interval?.operations += 1
    }
  }

  package var total: Measurements { state.withLock { $0.total } }

  package var operations: Int { state.withLock { $0.total.operations } }

  /// The operations that succeeded, one by one, with times of the clock; empty unless they were to be traced.
  package var trace: [TracedOperation] { state.withLock { $0.trace ?? [] } }

  /// What has been measured since this was asked last.
  package func takeInterval() -> Measurements {
    state.withLock { state in
      let taken = state.interval ?? Measurements()
      state.interval = Measurements()
      return taken
    }
  }
}
