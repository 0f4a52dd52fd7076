// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// A row of the row cache.
///
/// Safe: it is touched only under the lock of its shard.
final class CachedRow: CacheItem, @unchecked Sendable {
  // Unchecked: see above.

  /// What a row takes beside its bytes: this object and its buffer, two arrays' headers, and its place.
  private static let overheadBytes = 320

  /// What is done to a row under the sequencer's lock, in bytes that are looked at or moved; what would take more is not done.
  private static let workMax = 64 << 10

  /// The row; in its bytes the key comes first, so that a look misses the processor's caches once less.
  private var buffer: RowBuffer
  private let keyCount: Int
  private(set) var cacheCost: Int
  private let layout: UInt64
  private let selection: RowCache.Selection

  /// A sequence at which it is so, and since which nothing has been written of it.
  private(set) var from: UInt64

  init(_ result: RowResult, _ key: RowCache.Key, from sequence: UInt64) {
    let cells = result.place.cells
    keyCount = key.row.count
    // No more than that, which the client's bytes need not be.
    let whole = result.buffer.bytes
    var bytes: [UInt8] = []
    bytes.reserveCapacity(keyCount + whole.count)
    unsafe key.row.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    bytes.append(contentsOf: whole)
    buffer = unsafe RowBuffer(cellsMax: cells.count, families: result.buffer.families) {
      for (index, cell) in cells.enumerated() {
        var slot = result.buffer[cell]
        slot.move(by: key.row.count)
        unsafe $0.initializeElement(at: index, to: slot)
      }
      return (bytes, cells.count)
    }
    cacheCost = Self.overheadBytes + buffer.memoryBytes
    layout = key.layout
    selection = key.selection
    from = sequence
  }

  /// The row, for a client.
  var result: RowResult {
    RowResult(buffer, RowBuffer.RowPlace(key: 0..<keyCount, cells: 0..<buffer.cellCount))
  }

  /// Whether it is what a read at a sequence would find.
  func answers(_ key: RowCache.Key, at sequence: UInt64) -> Bool {
    from <= sequence && layout == key.layout && isOf(key.row)
      && selection.families == key.selection.families
  }

  /// Whether it is of the row with this key.
  func isOf(_ row: Bytes) -> Bool {
    unsafe row.withUnsafeBytes { unsafe buffer.begins(with: $0, ofCount: keyCount) }
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
      work += cacheCost + value.count
      isApplied = unsafe isApplied && work <= Self.workMax && apply(key, value)
    }
    from = max(from, sequence)
    return isApplied
  }

  private func apply(_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Bool {
    guard let name = unsafe selection.name(of: CellKey.family(key)) else { return true }
    guard unsafe CellKey.kind(key) == CellKind.put.rawValue,
      let cell = unsafe find(key, name)
    else { return false }
    let timestamp = unsafe CellKey.timestamp(key)
    let present = buffer[cell].timestamp
    // Below the newest version it changes nothing. Which of two with one timestamp is the newer is not known here.
    if timestamp <= present { return timestamp < present }
    // What clients have of it stays as it is.
    unsafe buffer.replaceValue(ofCell: cell, with: value, timestamp: timestamp)
    cacheCost = Self.overheadBytes + buffer.memoryBytes
    return true
  }

  /// The number of the cell of a key's column; nil when the row does not have it, or may not.
  private func find(_ key: UnsafeRawBufferPointer, _ family: UInt16) -> Int? {
    let qualifier = unsafe UnsafeRawBufferPointer(
      rebasing: key[2..<(key.count - CellKey.suffixBytes - 2)])
    // One with zeros in it is written otherwise in a key.
    if unsafe qualifier.hasZero { return nil }
    return unsafe buffer.firstCell(family: family, qualifier: qualifier)
  }
}
