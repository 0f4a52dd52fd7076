// SPDX-License-Identifier: Apache-2.0

extension Metrics {
  /// A cache: of blocks of SSTables, or of rows that are read again and again (<doc:CachedRows>).
  public struct Cache: Hashable, Sendable {
    /// Blocks, or rows, that were found.
    public var hits: UInt64 = 0
    /// Blocks that were not, and were read from files; rows that were looked for in vain.
    public var misses: UInt64 = 0
    /// What it holds takes so many bytes, now.
    public var bytes: UInt64 = 0
    /// How many bytes it may hold, now: for blocks what others leave of the budget.
    public var capacityBytes: UInt64 = 0

    /// Creates figures of zero.
    public init() {}

    /// The share of lookups that found what they looked for; nil before there are any.
    public var hitRate: Double? { hits.per(hits + misses) }

    func since(_ earlier: Cache) -> Cache {
      var difference = self
      difference.hits = hits.since(earlier.hits)
      difference.misses = misses.since(earlier.misses)
      return difference
    }

    var figures: [MetricsFigure] {
      [
        .total("hits", hits), .total("misses", misses), .ratio("hitRate", hitRate),
        .present("bytes", bytes), .present("capacityBytes", capacityBytes),
      ]
    }
  }

  /// Who has what of the memory budget, now.
  public struct Memory: Hashable, Sendable {
    /// All of it: `memoryBudgetBytes`.
    public var budgetBytes: UInt64 = 0
    /// What memtables hold.
    public var memtableBytes: UInt64 = 0
    /// Indexes and filters of open SSTables.
    public var tableMetadataBytes: UInt64 = 0
    /// Blocks in the cache.
    public var cachedBlockBytes: UInt64 = 0
    /// The row cache.
    public var cachedRowBytes: UInt64 = 0

    /// Creates figures of zero.
    public init() {}

    var figures: [MetricsFigure] {
      [
        .present("budgetBytes", budgetBytes), .present("memtableBytes", memtableBytes),
        .present("tableMetadataBytes", tableMetadataBytes),
        .present("cachedBlockBytes", cachedBlockBytes), .present("cachedRowBytes", cachedRowBytes),
      ]
    }
  }
}
