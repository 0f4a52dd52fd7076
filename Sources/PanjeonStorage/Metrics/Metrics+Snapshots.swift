// SPDX-License-Identifier: Apache-2.0

extension Metrics {
  /// Open snapshots, those of scans and transactions included.
  public struct Snapshots: Hashable, Sendable {
    /// How many are open now.
    public var open: UInt64 = 0
    /// The age of the oldest, now; nil when none is open.
    public var oldestAge: Duration?
    /// The sequence that the oldest reads at, now; nil when none is open.
    public var oldestSequence: UInt64?
    /// The age at which they expire: ``StoreConfiguration/snapshotAgeMax``; nil: never.
    public var ageMax: Duration?
    /// How many have expired.
    public var expired: UInt64 = 0

    /// Creates figures of zero.
    public init() {}

    func since(_ earlier: Snapshots) -> Snapshots {
      var difference = self
      difference.expired = expired.since(earlier.expired)
      return difference
    }

    var figures: [MetricsFigure] {
      [
        .present("open", open), .present("oldestAge", oldestAge),
        .present("oldestSequence", oldestSequence), .present("ageMax", ageMax),
        .total("expired", expired),
      ]
    }
  }
}
