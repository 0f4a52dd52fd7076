// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Decompressed, verified blocks of SSTables, kept within the memory budget.
///
/// Sixteen shards, each with a lock and the CLOCK rule (Corbató, 1968): a hit sets a mark and moves nothing; the
/// hand gives each block that has been used since its last visit another round.
package final class BlockCache: Sendable {
  /// How many shards there are.
  package static let shardCount = 16

  /// What a cached block takes beside its bytes.
  static let overheadBytes = 128

  /// A block leaves its memory to another if a shard has room for so many of its size.
  private static let spareShare = 8

  #if PANJEON_THREAD_SANITIZER
    /// Whether blocks leave their memory to others: not where the sanitizer looks.
    ///
    /// It does not see that who has let go of a block did so before it is found to be
    /// nobody else's.
    package static let keepsSpares = false
  #else
    /// Whether blocks leave their memory to others.
    package static let keepsSpares = true
  #endif

  private struct Shard {
    var blocks = CacheShard<Block.Storage>()
    /// The last that had to go and that nobody else has: its memory is the next one's.
    var spare: Block?
    /// What is left free for it.
    var spareBytes = 0

    var bytes: Int { blocks.bytes + (spare?.storage.cacheCost ?? 0) }

    /// Keeps a block for its memory, if there is room for it.
    mutating func keep(_ block: Block, bytesMax: Int) {
      let (keepsSpares, spareShare) = (BlockCache.keepsSpares, BlockCache.spareShare)
      let cost = block.storage.cacheCost
      if !keepsSpares || spare != nil || cost > bytesMax / spareShare { return }
      spareBytes = cost
      if blocks.bytes + cost <= bytesMax { spare = block }
    }
  }

  private final class LockedShard: Sendable {
    private let shard = Mutex(Shard())

    deinit {
      shard.withLock { $0.blocks.removeAll() }
    }

    func withLock<R: Sendable>(_ body: (inout sending Shard) -> sending R) -> R {
      shard.withLock(body)
    }
  }

  private let shards = (0..<shardCount).map { _ in LockedShard() }
  private let blocksRead = AtomicNumber(0)
  package let budget: MemoryBudget

  /// Bytes of blocks that were read from SSTables for clients, as they are stored.
  package let blockBytesRead = AtomicNumber(0)

  package init(budget: MemoryBudget) {
    self.budget = budget
  }

  /// The block at an offset of a table, if it is here.
  ///
  /// - Parameters:
  ///   - table: The table's number.
  ///   - offset: The block's offset in its file.
  ///   - isCounted: Whether the hit counts, as a client's.
  /// - Returns: The block.
  package func find(table: UInt64, offset: UInt64, isCounted: Bool = true) -> Block? {
    let place = CachePlace(owner: table, key: offset)
    return shards[place.shard].withLock { shard -> Block? in
      guard let block = shard.blocks.find(place) else { return nil }
      if isCounted { shard.blocks.hits += 1 }
      return Block(block)
    }
  }

  /// Asks for the memory by which a block will be looked for.
  func prefetchSlot(table: UInt64, offset: UInt64) {
    let place = CachePlace(owner: table, key: offset)
    shards[place.shard].withLock { $0.blocks.prefetchSlot(place) }
  }

  /// Asks for the memory of a block that will be looked for, if it is here.
  func prefetchBlock(table: UInt64, offset: UInt64) {
    let place = CachePlace(owner: table, key: offset)
    shards[place.shard].withLock { shard in
      if let block = unsafe shard.blocks.address(place) { unsafe Block.prefetch(block) }
    }
  }

  /// A block that nobody else has, for the memory of one that was not found; nil when there is none.
  package func takeSpare(table: UInt64, offset: UInt64) -> Block? {
    shards[CachePlace(owner: table, key: offset).shard].withLock { $0.spare.take() }
  }

  /// Gives back a block that was taken so, and of which no use was made.
  package func giveBack(_ spare: Block, table: UInt64, offset: UInt64) {
    let limit = budget.cacheCapacity / Self.shardCount
    shards[CachePlace(owner: table, key: offset).shard].withLock {
      $0.keep(spare, bytesMax: limit)
    }
  }

  /// Keeps a block that was not here and has been read for a client, which counts as a miss; one that is larger than a shard is
  /// not kept.
  package func insert(_ block: Block, table: UInt64, offset: UInt64, storedBytes: UInt32) {
    blocksRead.add(1)
    blockBytesRead.add(UInt64(storedBytes))
    let limit = budget.cacheCapacity / Self.shardCount
    let cost = block.storage.cacheCost
    let place = CachePlace(owner: table, key: offset)
    shards[place.shard].withLock { shard in
      let bytesMax = limit - min(shard.spareBytes, limit / Self.spareShare)
      if cost > bytesMax { return }
      guard var removed = shard.blocks.insert(block.storage, at: place, bytesMax: bytesMax),
        isKnownUniquelyReferenced(&removed)
      else { return }
      shard.spare = nil
      shard.keep(Block(removed), bytesMax: limit)
    }
  }

  /// Forgets the blocks of a table that is gone.
  package func erase(table: UInt64) {
    for shard in shards {
      shard.withLock { $0.blocks.erase(owner: table) }
    }
  }

  /// The bytes of the blocks here, their overhead included.
  package var bytes: Int {
    shards.reduce(0) { $0 + $1.withLock { $0.bytes } }
  }

  /// How many lookups found their block.
  package var hits: UInt64 { shards.reduce(0) { $0 + $1.withLock { $0.blocks.hits } } }

  /// How many lookups did not find their block.
  package var misses: UInt64 { blocksRead.value }
}

extension Block.Storage: CacheItem {
  package var cacheCost: Int { Block(self).memoryBytes + BlockCache.overheadBytes }
}
