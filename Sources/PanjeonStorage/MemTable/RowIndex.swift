// SPDX-License-Identifier: Apache-2.0

/// Finds a row of a memtable by its hash: open addressing over node offsets, written once each.
///
/// When it is three quarters full it takes no more rows, and says so: those are then found by the skiplist.
@safe struct RowIndex {
  enum Answer {
    case found(UInt32)
    case absent
    /// The index has not taken every row.
    case unknown
  }

  private let base: UnsafeMutableRawPointer
  private let start: Int
  private let mask: Int
  private let count: AtomicNumber
  private let isOverfull: AtomicNumber

  private static func slots(for capacityBytes: Int) -> Int {
    var slots = 64
    while slots * 256 < capacityBytes { slots *= 2 }
    return slots
  }

  /// What the index of a memtable of this capacity takes.
  static func bytes(for capacityBytes: Int) -> Int { slots(for: capacityBytes) * 8 }

  init(in arena: Arena, capacityBytes: Int) {
    let slots = Self.slots(for: capacityBytes)
    unsafe base = unsafe arena.base
    start = Int(arena.allocate(slots * 8))
    mask = slots - 1
    count = AtomicNumber(0)
    isOverfull = AtomicNumber(0)
  }

  /// Looks for a row.
  @inline(always)
  func find(_ hash: UInt64, matches: (UInt32) -> Bool) -> Answer {
    var slot = Int(truncatingIfNeeded: hash) & mask
    let tag = UInt32(truncatingIfNeeded: hash >> 32)
    while true {
      let place = start + slot * 8
      let node = unsafe Links.load(base, place)
      if node == 0 { return isOverfull.value == 0 ? .absent : .unknown }
      let stored = unsafe (base + place + 4).load(as: UInt32.self)
      if stored == tag, matches(node) { return .found(node) }
      slot = (slot + 1) & mask
    }
  }

  func insert(_ hash: UInt64, _ node: UInt32) {
    if Int(count.value) * 4 >= (mask + 1) * 3 {
      isOverfull.store(1)
      return
    }
    count.add(1)
    var slot = Int(truncatingIfNeeded: hash) & mask
    while unsafe Links.load(base, start + slot * 8) != 0 { slot = (slot + 1) & mask }
    let tag = UInt32(truncatingIfNeeded: hash >> 32)
    unsafe (base + start + slot * 8 + 4).storeBytes(of: tag, as: UInt32.self)
    unsafe Links.store(base, start + slot * 8, node)
  }
}
