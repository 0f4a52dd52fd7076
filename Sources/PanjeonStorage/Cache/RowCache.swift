// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
package import WideColumn

/// Rows that are read again and again, as they were read; the article *CachedRows* says why what it gives is right.
///
/// Sixteen shards of a hash table; a row is kept from the second time on that it is asked for. After RocksDB's and Cassandra's.
package final class RowCache: Sendable {
  /// What a row is kept under: what must be alike for two reads to find the same.
  package struct Key {
    let place: CachePlace
    let row: Bytes
    let layout: UInt64
    let selection: Selection

    /// The key of a row; nil when more than seven families are read.
    ///
    /// - Parameters:
    ///   - row: The row.
    ///   - hash: Its ``RowHash``.
    ///   - region: The number of the region it is in.
    ///   - layout: Which layout the table has.
    ///   - selection: Which families are read; nil: too many.
    package init?(
      _ row: Bytes, hash: UInt64, region: UInt64, layout: UInt64, selection: Selection?
    ) {
      guard let selection else { return nil }
      place = CachePlace(owner: region, key: hash)
      self.row = row
      self.layout = layout
      self.selection = selection
    }
  }

  /// Which families are read.
  package struct Selection: Sendable {
    /// Their numbers, a byte for each, the last one lowest; a one before them says how many there are.
    let families: UInt64
    /// The places of their names in a result, a byte for each.
    private let names: UInt64

    /// Makes a selection; nil of more than seven families.
    ///
    /// - Parameters:
    ///   - families: Their numbers, ascending.
    ///   - names: The places of their names in a result.
    package init?(_ families: [UInt8], names: [UInt16]) {
      guard families.count <= 7, names.allSatisfy({ $0 <= 255 }) else { return nil }
      self.families = families.reduce(1) { $0 << 8 | UInt64($1) }
      self.names = names.reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The place of a family's name; nil if it is not read.
    func name(of family: UInt8) -> UInt16? {
      var (families, names) = (families, names)
      while families > 1 {
        if UInt8(truncatingIfNeeded: families) == family { return UInt16(names & 0xFF) }
        families >>= 8
        names >>= 8
      }
      return nil
    }
  }

  /// What a look has found.
  package enum Answer: Sendable {
    case row(RowResult)
    /// Nothing; whether the row is worth being put in.
    case miss(isWanted: Bool)
  }

  private final class LockedShard: Sendable {
    private let shard: Mutex<RowCacheShard>

    init(bytesMax: Int) {
      shard = Mutex(RowCacheShard(bytesMax: bytesMax))
    }

    deinit {
      shard.withLock { $0.removeAll() }
    }

    func withLock<R: Sendable>(_ body: (inout sending RowCacheShard) -> sending R) -> R {
      shard.withLock(body)
    }
  }

  private let shards: [LockedShard]
  private let budget: MemoryBudget

  /// What its rows may take together.
  package let bytesMax: Int

  /// Creates a cache.
  ///
  /// - Parameters:
  ///   - bytesMax: What its rows may take together.
  ///   - budget: What they take it from.
  package init(bytesMax: Int, budget: MemoryBudget) {
    self.budget = budget
    self.bytesMax = bytesMax
    let share = bytesMax / BlockCache.shardCount
    shards = (0..<BlockCache.shardCount).map { _ in LockedShard(bytesMax: share) }
    budget.reserve(BlockCache.shardCount * RowCacheShard.fixedBytes(bytesMax: share), for: .rows)
  }

  /// The row cache of a store; nil when it is to have none.
  package convenience init?(_ configuration: StoreConfiguration, _ budget: MemoryBudget) {
    let bytesMax = configuration.rowCacheBytesMax ?? configuration.memoryBudgetBytes / 8
    if bytesMax == 0 { return nil }
    self.init(bytesMax: bytesMax, budget: budget)
  }

  /// Looks for a row as a read at a sequence finds it.
  package func find(_ key: Key, at sequence: UInt64) -> Answer {
    shards[Self.shard(key.place)].withLock { $0.find(key, at: sequence) }
  }

  /// Whether a row that was not found is worth being put in; does not count as asking for it.
  package func isWanted(_ key: Key) -> Bool {
    shards[Self.shard(key.place)].withLock { $0.isWanted(key.place) }
  }

  /// Puts in a row as it is at a sequence, unless it may have been written since.
  ///
  /// The sequence was taken before what was read, so that all up to it was read.
  package func insert(_ result: RowResult, _ key: Key, at sequence: UInt64) {
    let row = CachedRow(result, key, from: sequence)
    charge(Self.shard(key.place)) { $0.insert(row, at: key.place) }
  }

  /// Brings what is known of a row up to date with what a commit has written of it, or removes it; once that is in the memtable, and
  /// before anyone can read at its sequence.
  ///
  /// - Parameters:
  ///   - row: The row's key.
  ///   - hash: Its ``RowHash``.
  ///   - region: The number of the region it is in.
  ///   - sequence: The commit's last sequence.
  ///   - cells: What it has written of the row in one locality group.
  package func write(
    _ row: Bytes, hash: UInt64, region: UInt64, writtenAt sequence: UInt64, _ cells: PlacedCells
  ) {
    let place = CachePlace(owner: region, key: hash)
    charge(Self.shard(place)) { $0.write(row, at: place, writtenAt: sequence, cells) }
  }

  /// Removes what is known of the rows of a region; before anyone can read at the sequence.
  package func removeAll(ofRegion region: UInt64, writtenAt sequence: UInt64) {
    for index in shards.indices {
      charge(index) { $0.removeAll(ofRegion: region, writtenAt: sequence) }
    }
  }

  /// By the row alone: what is noted of a write must be found whichever region the row comes to.
  private static func shard(_ place: CachePlace) -> Int { Int(place.key >> 60) }

  /// Changes a shard, and takes or gives back what it then has more or less.
  @inline(always)
  private func charge(_ index: Int, _ body: (inout sending RowCacheShard) -> Void) {
    shards[index].withLock { shard in
      let before = shard.bytes
      body(&shard)
      let change = shard.bytes - before
      // Under the lock, lest it be given back before it is taken.
      if change > 0 { budget.reserve(change, for: .rows) }
      if change < 0 { budget.release(-change, for: .rows) }
    }
  }

  /// What the rows take.
  package var bytes: Int { shards.reduce(0) { $0 + $1.withLock { $0.bytes } } }

  /// How many reads have found their row here.
  package var hits: UInt64 { shards.reduce(0) { $0 + $1.withLock { $0.hits } } }

  /// How many have not, though they could have.
  package var misses: UInt64 { shards.reduce(0) { $0 + $1.withLock { $0.misses } } }
}
