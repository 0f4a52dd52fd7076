// SPDX-License-Identifier: Apache-2.0

/// One operation that succeeded: for pictures of how latencies go with time.
package struct TracedOperation: Hashable, Sendable {
  package var metric: Metric
  /// When it should have begun, in nanoseconds since the run began.
  package var begin: UInt64
  /// How long it took from then, in nanoseconds.
  package var latency: UInt64

  package init(metric: Metric, begin: UInt64, latency: UInt64) {
    self.metric = metric
    self.begin = begin
    self.latency = latency
  }
}
