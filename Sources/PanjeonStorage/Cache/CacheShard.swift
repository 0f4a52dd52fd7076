// SPDX-License-Identifier: Apache-2.0

/// A part of the block cache: a hash table with open addressing (Knuth, 6.4, algorithms L and R), whose slots are the ring of the
/// clock as well.
///
/// What is found lies in one slot, so that a hit misses the processor's caches once for it and once for the block.
struct CacheShard {
  /// Safe: the shard retains the block of each of its slots, and touches no other.
  @safe private struct Slot {
    var table: UInt64 = 0
    var offset: UInt64 = 0
    // Unmanaged: what is passed over in a search is not counted up and down.
    var block: Unmanaged<Block.Storage>?
    var isUsed = false
  }

  private static let slotsMin = 64

  private var slots = [Slot](repeating: Slot(), count: slotsMin)
  private var count = 0
  private var hand = 0

  /// The bytes of the blocks, their overhead included.
  private(set) var bytes = 0
  var hits: UInt64 = 0

  /// Which shard a block belongs to, and where in it the search for it begins.
  @inline(always)
  static func hash(table: UInt64, offset: UInt64) -> UInt64 {
    let mixed = (table &* 0x9E37_79B9_7F4A_7C15 ^ offset) &* 0xFF51_AFD7_ED55_8CCD
    return mixed ^ mixed >> 32
  }

  /// Lets go of all blocks.
  mutating func removeAll() {
    for slot in slots { unsafe slot.block?.release() }
    self = CacheShard()
  }

  /// A block, which counts as used.
  @inline(always)
  mutating func find(table: UInt64, offset: UInt64, hash: UInt64) -> Block? {
    let place = place(table: table, offset: offset, hash: hash)
    guard let block = unsafe slots[place].block else { return nil }
    slots[place].isUsed = true
    return unsafe Block(block.takeUnretainedValue())
  }

  /// Where a block is, or the empty slot where it would be.
  @inline(always)
  private func place(table: UInt64, offset: UInt64, hash: UInt64) -> Int {
    unsafe slots.withUnsafeBufferPointer { slots in
      let mask = slots.count - 1
      var place = Int(truncatingIfNeeded: hash) & mask
      while unsafe slots[place].block != nil {
        if unsafe slots[place].offset == offset, unsafe slots[place].table == table { break }
        place = (place + 1) & mask
      }
      return place
    }
  }

  /// Adds a block unless it is there, in the place of others where there would be more than `bytesMax`.
  mutating func insert(
    _ block: Block, table: UInt64, offset: UInt64, hash: UInt64, bytesMax: Int
  ) {
    if unsafe slots[place(table: table, offset: offset, hash: hash)].block != nil { return }
    let cost = Self.cost(block)
    shrink(to: bytesMax - cost)
    if count >= slots.count / 4 * 3 { grow() }
    let place = place(table: table, offset: offset, hash: hash)
    slots[place] = unsafe Slot(table: table, offset: offset, block: .passRetained(block.storage))
    count += 1
    bytes += cost
  }

  /// Lets go of the blocks of a table.
  mutating func erase(table: UInt64) {
    var place = 0
    while place < slots.count {
      if unsafe slots[place].block != nil, slots[place].table == table {
        remove(at: place)
      } else {
        place += 1
      }
    }
    // What was moved from the end of the ring to its beginning has been looked at already.
  }

  /// Makes room until there are at most `limit` bytes; ends because each round clears every mark.
  private mutating func shrink(to limit: Int) {
    while bytes > limit, count > 0 {
      if hand >= slots.count { hand = 0 }
      if unsafe slots[hand].block == nil {
        hand += 1
      } else if slots[hand].isUsed {
        slots[hand].isUsed = false
        hand += 1
      } else {
        // What comes into the slot has its turn next.
        remove(at: hand)
      }
    }
  }

  private mutating func remove(at place: Int) {
    guard let block = unsafe slots[place].block else { return }
    bytes -= unsafe Self.cost(Block(block.takeUnretainedValue()))
    count -= 1
    unsafe block.release()
    close(place)
  }

  /// Moves into an emptied slot what a search would else not find behind it.
  private mutating func close(_ emptied: Int) {
    let mask = slots.count - 1
    var hole = emptied
    var next = (hole + 1) & mask
    while unsafe slots[next].block != nil {
      let slot = slots[next]
      let hash = Self.hash(table: slot.table, offset: slot.offset)
      let home = Int(truncatingIfNeeded: hash) & mask
      if (next - home) & mask >= (next - hole) & mask {
        slots[hole] = slot
        hole = next
      }
      next = (next + 1) & mask
    }
    slots[hole] = Slot()
  }

  private mutating func grow() {
    let old = slots
    slots = [Slot](repeating: Slot(), count: old.count * 2)
    for slot in old where unsafe slot.block != nil {
      let hash = Self.hash(table: slot.table, offset: slot.offset)
      slots[place(table: slot.table, offset: slot.offset, hash: hash)] = slot
    }
  }

  private static func cost(_ block: Block) -> Int {
    block.memoryBytes + BlockCache.overheadBytes
  }
}
