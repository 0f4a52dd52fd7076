// SPDX-License-Identifier: Apache-2.0

extension Metrics {
  /// Memtables written to SSTables.
  public struct Flushes: Hashable, Sendable {
    /// How many there were.
    public var count: UInt64 = 0
    /// The bytes of the SSTables they became.
    public var bytes: UInt64 = 0
    /// Memtables that wait to be flushed, now.
    public var waiting: UInt64 = 0

    /// Creates figures of zero.
    public init() {}

    func since(_ earlier: Flushes) -> Flushes {
      var difference = self
      difference.count = count.since(earlier.count)
      difference.bytes = bytes.since(earlier.bytes)
      return difference
    }

    var figures: [MetricsFigure] {
      [.total("count", count), .total("bytes", bytes), .present("waiting", waiting)]
    }
  }

  /// SSTables merged.
  public struct Compactions: Hashable, Sendable {
    /// How many there were.
    public var count: UInt64 = 0
    /// The bytes of the SSTables they read.
    public var bytesRead: UInt64 = 0
    /// The bytes of the SSTables they wrote.
    public var bytesWritten: UInt64 = 0
    /// The most tiered SSTables of any group, now.
    public var runsMax: UInt64 = 0

    /// Creates figures of zero.
    public init() {}

    func since(_ earlier: Compactions) -> Compactions {
      var difference = self
      difference.count = count.since(earlier.count)
      difference.bytesRead = bytesRead.since(earlier.bytesRead)
      difference.bytesWritten = bytesWritten.since(earlier.bytesWritten)
      return difference
    }

    var figures: [MetricsFigure] {
      [
        .total("count", count), .total("bytesRead", bytesRead),
        .total("bytesWritten", bytesWritten), .present("runsMax", runsMax),
      ]
    }
  }

  /// The regions and SSTables of one table, now.
  public struct TableFiles: Hashable, Sendable {
    /// The table's name.
    public var name: String
    /// How many regions it has.
    public var regions: UInt64 = 0
    /// Its tiered SSTables; one that several regions share since a split counts once.
    public var upperFiles: UInt64 = 0
    /// Their bytes.
    public var upperBytes: UInt64 = 0
    /// The SSTables of its bottom level; a shared one counts once.
    public var bottomFiles: UInt64 = 0
    /// Their bytes.
    public var bottomBytes: UInt64 = 0
    /// The most SSTables in which a row may have to be looked for, before filters are asked.
    public var readAmplification: UInt64 = 0

    /// Creates figures of zero.
    public init(name: String) {
      self.name = name
    }

    var figures: [MetricsFigure] {
      [
        .present("regions", regions), .present("upperFiles", upperFiles),
        .present("upperBytes", upperBytes), .present("bottomFiles", bottomFiles),
        .present("bottomBytes", bottomBytes), .present("readAmplification", readAmplification),
      ]
    }
  }

  /// Regions of all tables.
  public struct Regions: Hashable, Sendable {
    /// How many there are now.
    public var count: UInt64 = 0
    /// How many were split.
    public var splits: UInt64 = 0
    /// How many pairs were merged.
    public var merges: UInt64 = 0

    /// Creates figures of zero.
    public init() {}

    func since(_ earlier: Regions) -> Regions {
      var difference = self
      difference.splits = splits.since(earlier.splits)
      difference.merges = merges.since(earlier.merges)
      return difference
    }

    var figures: [MetricsFigure] {
      [.present("count", count), .total("splits", splits), .total("merges", merges)]
    }
  }
}
