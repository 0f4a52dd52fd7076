// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Decompressed, verified blocks of SSTables, kept within the memory budget.
///
/// Sixteen shards, each with a lock and the CLOCK rule (Corbató, 1968): a hit sets a bit and moves nothing; the
/// hand gives each block that has been used since its last visit another round.
package final class BlockCache: Sendable {
  /// How many shards there are.
  package static let shardCount = 16

  /// What a cached block takes beside its bytes.
  static let overheadBytes = 128

  private struct Key: Hashable {
    var table: UInt64
    var offset: UInt64
  }

  private struct Entry {
    var key: Key
    var block: Block
    var isUsed: Bool
  }

  private struct Shard {
    var places: [Key: Int] = [:]
    var ring: [Entry] = []
    var hand = 0
    var bytes = 0
    var hits: UInt64 = 0
    var misses: UInt64 = 0

    mutating func remove(at place: Int) {
      let entry = ring[place]
      bytes -= entry.block.byteCount + BlockCache.overheadBytes
      places[entry.key] = nil
      let last = ring.removeLast()
      if place < ring.count {
        ring[place] = last
        places[last.key] = place
      }
    }

    /// Makes room until the shard holds at most `limit`; ends because each round clears every bit.
    mutating func shrink(to limit: Int) {
      while bytes > limit, !ring.isEmpty {
        if hand >= ring.count { hand = 0 }
        if ring[hand].isUsed {
          ring[hand].isUsed = false
          hand += 1
        } else {
          remove(at: hand)
        }
      }
    }
  }

  private final class LockedShard: Sendable {
    private let shard = Mutex(Shard())

    func withLock<R: Sendable>(_ body: (inout sending Shard) -> sending R) -> R {
      shard.withLock(body)
    }
  }

  private let shards = (0..<shardCount).map { _ in LockedShard() }
  package let budget: MemoryBudget
  /// Bytes of blocks that were read from SSTables for clients, as they are stored.
  package let blockBytesRead = AtomicNumber(0)

  package init(budget: MemoryBudget) {
    self.budget = budget
  }

  /// What of a lookup is counted.
  package enum Counting: Sendable {
    case nothing, hits, hitsAndMisses
  }

  /// The block at an offset of a table, if it is here.
  package func find(
    table: UInt64, offset: UInt64, counting: Counting = .hitsAndMisses
  ) -> Block? {
    let key = Key(table: table, offset: offset)
    return shard(key).withLock { shard -> Block? in
      guard let place = shard.places[key] else {
        if counting == .hitsAndMisses { shard.misses += 1 }
        return nil
      }
      if counting != .nothing { shard.hits += 1 }
      shard.ring[place].isUsed = true
      return shard.ring[place].block
    }
  }

  /// Keeps a block; one that is larger than a shard is not kept.
  package func insert(_ block: Block, table: UInt64, offset: UInt64) {
    let key = Key(table: table, offset: offset)
    let cost = block.byteCount + Self.overheadBytes
    let limit = budget.cacheCapacity / Self.shardCount
    if cost > limit { return }
    shard(key).withLock { shard in
      if shard.places[key] != nil { return }
      shard.shrink(to: limit - cost)
      shard.places[key] = shard.ring.count
      shard.ring.append(Entry(key: key, block: block, isUsed: false))
      shard.bytes += cost
    }
  }

  /// Forgets the blocks of a table that is gone.
  package func erase(table: UInt64) {
    for locked in shards {
      locked.withLock { shard in
        var place = 0
        while place < shard.ring.count {
          if shard.ring[place].key.table == table { shard.remove(at: place) } else { place += 1 }
        }
      }
    }
  }

  /// The bytes of the blocks here, their overhead included.
  package var bytes: Int {
    shards.reduce(0) { $0 + $1.withLock { $0.bytes } }
  }

  /// How many lookups found their block.
  package var hits: UInt64 { shards.reduce(0) { $0 + $1.withLock { $0.hits } } }

  /// How many lookups did not find their block.
  package var misses: UInt64 { shards.reduce(0) { $0 + $1.withLock { $0.misses } } }

  private func shard(_ key: Key) -> LockedShard {
    let mixed = (key.offset >> 8 &+ key.table) &* 0x9E37_79B9_7F4A_7C15
    return shards[Int(mixed >> 60)]
  }
}
