// SPDX-License-Identifier: Apache-2.0

extension Metrics {
  /// What went wrong since the store was opened.
  public struct Errors: Hashable, Sendable {
    /// How often the store stopped taking commits.
    public var halts: UInt64 = 0
    /// How often it was resumed.
    public var resumptions: UInt64 = 0
    /// The things that are known to be damaged, now: ``EmbeddedStore/knownDamage`` lists them.
    public var damage: UInt64 = 0
    /// Why the store takes no commits now; nil when it does: ``EmbeddedStore/readOnlyCause`` as text.
    public var cause: String?

    /// Creates figures of zero.
    public init() {}

    func since(_ earlier: Errors) -> Errors {
      var difference = self
      difference.halts = halts.since(earlier.halts)
      difference.resumptions = resumptions.since(earlier.resumptions)
      return difference
    }

    var figures: [MetricsFigure] {
      [
        .total("halts", halts), .total("resumptions", resumptions), .present("damage", damage),
        .text("cause", cause),
      ]
    }
  }

  /// The thread that looks for rot.
  public struct Scrub: Hashable, Sendable {
    /// How often it has read every block.
    public var passes: UInt64 = 0
    /// The bytes that it read.
    public var bytes: UInt64 = 0

    /// Creates figures of zero.
    public init() {}

    func since(_ earlier: Scrub) -> Scrub {
      var difference = self
      difference.passes = passes.since(earlier.passes)
      difference.bytes = bytes.since(earlier.bytes)
      return difference
    }

    var figures: [MetricsFigure] { [.total("passes", passes), .total("bytes", bytes)] }
  }

  /// Events handed to ``StoreConfiguration/onEvent``.
  public struct Events: Hashable, Sendable {
    /// How many were delivered, and logged.
    public var delivered: UInt64 = 0
    /// How many were dropped because too many waited.
    public var dropped: UInt64 = 0

    /// Creates figures of zero.
    public init() {}

    func since(_ earlier: Events) -> Events {
      var difference = self
      difference.delivered = delivered.since(earlier.delivered)
      difference.dropped = dropped.since(earlier.dropped)
      return difference
    }

    var figures: [MetricsFigure] {
      [.total("delivered", delivered), .total("dropped", dropped)]
    }
  }
}

extension RecoveryReport {
  var figures: [MetricsFigure] {
    [
      .present("recordsReplayed", UInt64(recordsReplayed)), .present("bytesDropped", bytesDropped),
      .present("orphansRemoved", UInt64(orphansRemoved)), .present("duration", duration),
    ]
  }
}
