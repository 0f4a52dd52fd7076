// SPDX-License-Identifier: Apache-2.0

/// What is counted of a region; its requests since it came to be, its flushes and compactions since the store was opened.
package final class RegionMetrics: Sendable {
  /// Gets, since the store was opened, and the Bloom filters that they and conditions asked.
  package let lookups = LookupCounters()
  /// Rows that conditions were evaluated on, since the store was opened.
  package let conditions = AtomicNumber(0)
  /// Rows that scans returned, since the store was opened.
  package let scannedRows = AtomicNumber(0)
  /// Rows written.
  package let writes: AtomicNumber
  package let flushes = AtomicNumber(0)
  package let compactions = AtomicNumber(0)

  /// Rows read before the store was opened.
  private let readsBefore: UInt64

  package init(_ requests: RegionRequests? = nil) {
    readsBefore = requests?.reads ?? 0
    writes = AtomicNumber(requests?.writes ?? 0)
  }

  /// Counts a row that conditions were evaluated on.
  package func countConditions(_ tally: FilterTally) {
    conditions.add(1)
    lookups.add(gets: 0, tally)
  }

  /// Rows read, by gets, conditions and scans.
  package var reads: UInt64 {
    // A MANIFEST that a forger wrote may name any number.
    readsBefore &+ lookups.counts.gets &+ conditions.value &+ scannedRows.value
  }

  /// Requests of both kinds.
  package var requests: UInt64 { reads &+ writes.value }
}

/// What regions have been read for since the store was opened.
package struct RegionReads: Hashable, Sendable {
  package var lookups = LookupCounters.Counts()
  package var conditions: UInt64 = 0
  package var scannedRows: UInt64 = 0

  package init() {}

  package mutating func add(_ metrics: RegionMetrics) {
    lookups.add(metrics.lookups.counts)
    conditions += metrics.conditions.value
    scannedRows += metrics.scannedRows.value
  }
}
