// SPDX-License-Identifier: Apache-2.0

/// What is counted of a region; its requests since it came to be, its flushes and compactions since the store was opened.
package final class RegionMetrics: Sendable {
  /// Rows read, by gets, conditions and scans.
  package let reads: AtomicNumber
  /// Rows written.
  package let writes: AtomicNumber
  package let flushes = AtomicNumber(0)
  package let compactions = AtomicNumber(0)

  package init(_ requests: RegionRequests? = nil) {
    reads = AtomicNumber(requests?.reads ?? 0)
    writes = AtomicNumber(requests?.writes ?? 0)
  }

  /// Requests of both kinds.
  package var requests: UInt64 { reads.value + writes.value }
}
