// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// A row of the row cache.
///
/// Safe: it is touched only under the lock of its shard.
final class CachedRow: CacheItem, @unchecked Sendable {
  // Unchecked: see above.

  /// What a row takes beside its bytes: this object, two arrays' headers, and its place.
  private static let overheadBytes = 256

  /// What is done to a row under the sequencer's lock, in bytes that are looked at or moved; what would take more is not done.
  private static let workMax = 64 << 10

  /// The bytes of the result, and behind them the row's key, so that a look misses the processor's caches once less.
  private var storage: [UInt8]
  private var keyStart: Int
  private var slots: [RowResult.Slot]
  private let families: [String]
  private let layout: UInt64
  private let selection: RowCache.Selection

  /// A sequence at which it is so, and since which nothing has been written of it.
  private(set) var from: UInt64

  init(_ result: RowResult, _ key: RowCache.Key, from sequence: UInt64) {
    // No more than that, which the client's bytes need not be.
    var bytes: [UInt8] = []
    bytes.reserveCapacity(result.storage.count + key.row.count)
    bytes.append(contentsOf: result.storage)
    unsafe key.row.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    storage = bytes
    keyStart = result.storage.count
    slots = Array(result.cellSlots)
    families = result.families
    layout = key.layout
    selection = key.selection
    from = sequence
  }

  var cacheCost: Int {
    Self.overheadBytes + storage.capacity + slots.count * MemoryLayout<RowResult.Slot>.stride
  }

  /// The row, for a client.
  var result: RowResult {
    RowResult(
      row: Bytes(sharing: storage, from: keyStart, to: storage.count), storage: storage,
      slots: slots, families: families)
  }

  /// Whether it is what a read at a sequence would find.
  func answers(_ key: RowCache.Key, at sequence: UInt64) -> Bool {
    from <= sequence && layout == key.layout && isOf(key.row)
      && selection.families == key.selection.families
  }

  /// Whether it is of the row with this key.
  func isOf(_ row: Bytes) -> Bool {
    unsafe storage.withUnsafeBytes { storage in
      unsafe row.withUnsafeBytes { row in
        unsafe compareBytes(UnsafeRawBufferPointer(rebasing: storage[keyStart...]), row) == 0
      }
    }
  }

  /// Makes of the row what a commit makes of it, where that puts new values in the place of values.
  ///
  /// - Parameters:
  ///   - cells: What the commit writes to the row.
  ///   - sequence: Its last sequence.
  /// - Returns: Whether it has; if not, the row is not to be used any more.
  func apply(_ cells: PlacedCells, writtenAt sequence: UInt64) -> Bool {
    var isApplied = true
    var work = 0
    unsafe cells.forEach { key, value in
      // A search, and the bytes that may have to be moved.
      work += slots.count * MemoryLayout<RowResult.Slot>.stride + storage.count + value.count
      isApplied = unsafe isApplied && work <= Self.workMax && apply(key, value)
    }
    from = max(from, sequence)
    return isApplied
  }

  private func apply(_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Bool {
    guard let name = unsafe selection.name(of: CellKey.family(key)) else { return true }
    guard unsafe CellKey.kind(key) == CellKind.put.rawValue, let slot = unsafe find(key, name)
    else { return false }
    let timestamp = unsafe CellKey.timestamp(key)
    // Below the newest version it changes nothing. Which of two with one timestamp is the newer is not known here.
    if timestamp <= slots[slot].timestamp { return timestamp < slots[slot].timestamp }
    if value.count != valueRange(slot).count { makeRoom(value.count, in: slot) }
    let range = valueRange(slot)
    unsafe storage.withUnsafeMutableBytes {
      unsafe UnsafeMutableRawBufferPointer(rebasing: $0[range]).copyMemory(from: value)
    }
    slots[slot].timestamp = timestamp
    return true
  }

  /// The place of the column of a key; nil when the row does not have it, or may not.
  private func find(_ key: UnsafeRawBufferPointer, _ family: Int32) -> Int? {
    let qualifier = unsafe UnsafeRawBufferPointer(
      rebasing: key[2..<(key.count - CellKey.suffixBytes - 2)])
    // One with zeros in it is written otherwise in a key.
    if unsafe qualifier.hasZero { return nil }
    return unsafe storage.withUnsafeBytes { storage in
      slots.firstIndex { slot in
        let range = Int(slot.qualifierStart)..<Int(slot.valueStart)
        return unsafe slot.family == family && range.count == qualifier.count
          && compareBytes(UnsafeRawBufferPointer(rebasing: storage[range]), qualifier) == 0
      }
    }
  }

  private func valueRange(_ slot: Int) -> Range<Int> {
    Int(slots[slot].valueStart)..<Int(slots[slot].valueEnd)
  }

  /// Gives a value another length; what it holds is then to be written.
  private func makeRoom(_ count: Int, in slot: Int) {
    let old = valueRange(slot)
    let change = count - old.count
    storage.replaceSubrange(old, with: repeatElement(0, count: count))
    keyStart += change
    slots[slot].valueEnd += Int32(change)
    for other in slots.indices where other != slot && slots[other].qualifierStart >= old.upperBound
    {
      slots[other].qualifierStart += Int32(change)
      slots[other].valueStart += Int32(change)
      slots[other].valueEnd += Int32(change)
    }
  }
}
