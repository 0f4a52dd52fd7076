// SPDX-License-Identifier: Apache-2.0

extension Metrics {
  /// Gets, scans and what they read.
  public struct Reads: Hashable, Sendable {
    /// Gets that were answered.
    public var gets: UInt64 = 0
    /// Rows that conditions were evaluated on, each time they were.
    public var conditions: UInt64 = 0
    /// Scans begun.
    public var scans: UInt64 = 0
    /// Rows that scans returned.
    public var scannedRows: UInt64 = 0
    /// Bloom filters that gets and conditions asked.
    public var filterChecks: UInt64 = 0
    /// How many of them said that the row is not in their SSTable, which then needs no look.
    public var filterRejections: UInt64 = 0
    /// Bytes of blocks read from SSTables for clients, as they are stored.
    public var blockBytesRead: UInt64 = 0

    /// Creates figures of zero.
    public init() {}

    func since(_ earlier: Reads) -> Reads {
      var difference = self
      difference.gets = gets.since(earlier.gets)
      difference.conditions = conditions.since(earlier.conditions)
      difference.scans = scans.since(earlier.scans)
      difference.scannedRows = scannedRows.since(earlier.scannedRows)
      difference.filterChecks = filterChecks.since(earlier.filterChecks)
      difference.filterRejections = filterRejections.since(earlier.filterRejections)
      difference.blockBytesRead = blockBytesRead.since(earlier.blockBytesRead)
      return difference
    }

    var figures: [MetricsFigure] {
      [
        .total("gets", gets), .total("conditions", conditions), .total("scans", scans),
        .total("scannedRows", scannedRows), .total("filterChecks", filterChecks),
        .total("filterRejections", filterRejections), .total("blockBytesRead", blockBytesRead),
      ]
    }
  }
}
