// SPDX-License-Identifier: Apache-2.0

/// What a cache holds.
package protocol CacheItem: AnyObject {
  /// What it takes in memory, its place in the cache included.
  var cacheCost: Int { get }
}

/// A part of a cache: a hash table with open addressing (Knuth, 6.4, algorithms L and R), whose slots are the ring of the
/// clock as well.
///
/// An item is known by two numbers: its owner's, with which it may be erased, and its own. What is found lies in one slot, so that a hit
/// misses the processor's caches once for it and once for the item.
struct CacheShard<Item: CacheItem> {
  /// Safe: the shard retains the item of each of its slots, and touches no other.
  @safe private struct Slot {
    var owner: UInt64 = 0
    var key: UInt64 = 0
    // Unmanaged: what is passed over in a search is not counted up and down.
    var item: Unmanaged<Item>?
    var isUsed = false
  }

  private static var slotsMin: Int { 64 }

  private var slots = [Slot](repeating: Slot(), count: slotsMin)
  private var count = 0
  private var hand = 0

  /// What the items take.
  private(set) var bytes = 0
  var hits: UInt64 = 0

  /// Lets go of all items.
  mutating func removeAll() {
    for slot in slots { unsafe slot.item?.release() }
    self = CacheShard()
  }

  /// An item, which counts as used.
  @inline(always)
  mutating func find(_ place: CachePlace) -> Item? {
    let slot = slot(of: place)
    guard let item = unsafe slots[slot].item else { return nil }
    slots[slot].isUsed = true
    return unsafe item.takeUnretainedValue()
  }

  /// Asks for the memory in which an item would be found.
  func prefetchSlot(_ place: CachePlace) {
    unsafe slots.withUnsafeBufferPointer { slots in
      let slot = Int(truncatingIfNeeded: place.hash) & (slots.count - 1)
      if let base = slots.baseAddress { unsafe Prefetch.line(at: base + slot) }
    }
  }

  /// Where an item is in memory, to be asked for; it does not count as used.
  func address(_ place: CachePlace) -> UnsafeRawPointer? {
    unsafe slots[slot(of: place)].item.map { unsafe UnsafeRawPointer($0.toOpaque()) }
  }

  /// An item, which does not count as used.
  func peek(_ place: CachePlace) -> Item? {
    unsafe slots[slot(of: place)].item?.takeUnretainedValue()
  }

  /// Takes note that an item has come to take more, or less, and makes room where there would be more than `bytesMax`.
  mutating func note(grownBy bytes: Int, bytesMax: Int) {
    self.bytes += bytes
    shrink(to: bytesMax)
  }

  /// Where an item is, or the empty slot where it would be.
  @inline(always)
  private func slot(of place: CachePlace) -> Int {
    unsafe slots.withUnsafeBufferPointer { slots in
      let mask = slots.count - 1
      var slot = Int(truncatingIfNeeded: place.hash) & mask
      while unsafe slots[slot].item != nil {
        if unsafe slots[slot].key == place.key, unsafe slots[slot].owner == place.owner { break }
        slot = (slot + 1) & mask
      }
      return slot
    }
  }

  /// Adds an item unless one is there, in the place of others where there would be more than `bytesMax`.
  ///
  /// - Returns: The last of those others.
  @discardableResult
  mutating func insert(_ item: Item, at place: CachePlace, bytesMax: Int) -> Item? {
    if unsafe slots[slot(of: place)].item != nil { return nil }
    let cost = item.cacheCost
    let removed = shrink(to: bytesMax - cost)
    if count >= slots.count / 4 * 3 { grow() }
    slots[slot(of: place)] = unsafe Slot(
      owner: place.owner, key: place.key, item: .passRetained(item))
    count += 1
    bytes += cost
    return removed
  }

  /// Lets go of an item, if it is there.
  mutating func remove(_ place: CachePlace) {
    remove(at: slot(of: place))
  }

  /// Lets go of the items of an owner.
  mutating func erase(owner: UInt64) {
    var slot = 0
    while slot < slots.count {
      if unsafe slots[slot].item != nil, slots[slot].owner == owner {
        remove(at: slot)
      } else {
        slot += 1
      }
    }
    // What was moved from the end of the ring to its beginning has been looked at already.
  }

  /// Makes room until there are at most `limit` bytes.
  ///
  /// Ends because each round clears every mark. Returns what was removed last.
  @discardableResult
  private mutating func shrink(to limit: Int) -> Item? {
    var removed: Item?
    while bytes > limit, count > 0 {
      if hand >= slots.count { hand = 0 }
      if unsafe slots[hand].item == nil {
        hand += 1
      } else if slots[hand].isUsed {
        slots[hand].isUsed = false
        hand += 1
      } else {
        // What comes into the slot has its turn next.
        removed = remove(at: hand)
      }
    }
    return removed
  }

  @discardableResult
  private mutating func remove(at slot: Int) -> Item? {
    guard let item = unsafe slots[slot].item?.takeRetainedValue() else { return nil }
    bytes -= item.cacheCost
    count -= 1
    close(slot)
    return item
  }

  /// Moves into an emptied slot what a search would else not find behind it.
  private mutating func close(_ emptied: Int) {
    let mask = slots.count - 1
    var hole = emptied
    var next = (hole + 1) & mask
    while unsafe slots[next].item != nil {
      let slot = slots[next]
      let hash = CachePlace(owner: slot.owner, key: slot.key).hash
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
    for moved in old where unsafe moved.item != nil {
      slots[slot(of: CachePlace(owner: moved.owner, key: moved.key))] = moved
    }
  }
}

/// By what an item of a cache is known, and where the search for it begins.
struct CachePlace {
  let owner: UInt64
  let key: UInt64
  let hash: UInt64

  @inline(always)
  init(owner: UInt64, key: UInt64) {
    self.owner = owner
    self.key = key
    let mixed = (owner &* 0x9E37_79B9_7F4A_7C15 ^ key) &* 0xFF51_AFD7_ED55_8CCD
    hash = mixed ^ mixed >> 32
  }

  /// Which of sixteen shards it belongs to.
  @inline(always)
  var shard: Int { Int(hash >> 60) }
}
