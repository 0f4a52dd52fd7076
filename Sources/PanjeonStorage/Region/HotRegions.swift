// SPDX-License-Identifier: Apache-2.0

/// Which regions of a table get far more requests than the others.
///
/// HBase's busy-region policy looks at requests that were refused; here none is, so that the share of the requests decides.
package struct HotRegions: Sendable {
  /// How many times the mean of the table a region is asked for to be hot; by default 4.
  package var timesMean = 4.0

  /// The requests a second below which no region is hot; by default 100.
  package var requestsPerSecondMin = 100.0

  package init() {}

  /// The numbers of the hot regions, by rates of one table's regions.
  ///
  /// With few regions even all requests on one are no multiple of the mean: then three quarters of them make it hot.
  package func find(_ rates: [(id: UInt64, requestsPerSecond: Double)]) -> Set<UInt64> {
    let total = rates.reduce(0) { $0 + $1.requestsPerSecond }
    guard rates.count > 1, total > 0 else { return [] }
    let mean = total / Double(rates.count)
    let bound = max(requestsPerSecondMin, min(timesMean * mean, 0.75 * total))
    return Set(rates.filter { $0.requestsPerSecond >= bound }.map(\.id))
  }
}
