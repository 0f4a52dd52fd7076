// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Rows that are read together and share memory: one piece for their keys, qualifiers and values, one for the places of their cells.
///
/// Who keeps one of them keeps the memory of all, so a chunk is small.
@safe struct RowChunk {
  /// What a chunk may hold: less than what makes the allocator clean up behind it.
  static let bytesMax = 32 << 10
  /// How many rows it may have.
  static let rowsMax = 64

  private let bytes: UnsafeMutableRawBufferPointer
  private let slots: UnsafeMutableBufferPointer<RowResult.Slot>
  private var usedBytes = 0
  private var usedSlots = 0
  private var rows: [(key: Range<Int>, cells: Range<Int>)] = []

  /// What a row may need.
  struct Room {
    var bytes: Int
    var cells: Int
  }

  /// The most that one of the rows has asked for.
  private(set) var largestRow = Room(bytes: 0, cells: 0)

  private init(
    bytes: UnsafeMutableRawBufferPointer, slots: UnsafeMutableBufferPointer<RowResult.Slot>
  ) {
    unsafe self.bytes = unsafe bytes
    unsafe self.slots = unsafe slots
  }

  /// How many rows it has.
  var count: Int { rows.count }

  /// Makes rows.
  ///
  /// - Parameters:
  ///   - room: What there is to be room for.
  ///   - families: The names by whose indices slots call their families.
  ///   - fill: Appends the rows.
  /// - Returns: The rows that were appended.
  static func rows(
    _ room: Room, families: [String], _ fill: (inout RowChunk) -> Void
  ) -> RowBatch {
    var slots: [RowResult.Slot] = []
    var rows: [(key: Range<Int>, cells: Range<Int>)] = []
    let storage = unsafe [UInt8](unsafeUninitializedCapacity: room.bytes) { bytes, usedBytes in
      slots = unsafe [RowResult.Slot](unsafeUninitializedCapacity: room.cells) {
        slots, usedSlots in
        var chunk = unsafe RowChunk(bytes: UnsafeMutableRawBufferPointer(bytes), slots: slots)
        fill(&chunk)
        (usedBytes, usedSlots) = (chunk.usedBytes, chunk.usedSlots)
        rows = chunk.rows
      }
    }
    var batch = RowBatch()
    batch.reserve(rows.count)
    for row in rows {
      batch.append(
        RowResult(
          row: Bytes(sharing: storage, from: row.key.lowerBound, to: row.key.upperBound),
          storage: storage, slots: slots, cells: row.cells, families: families))
    }
    return batch
  }

  /// Appends a row's key, whose bytes are then valid as long as the chunk is being filled; nil when there is no room for it.
  ///
  /// The key counts as part of the chunk once its cells have been appended.
  func place(key: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
    guard unsafe usedBytes + key.count <= bytes.count else { return nil }
    let place = unsafe UnsafeMutableRawBufferPointer(
      rebasing: bytes[usedBytes..<(usedBytes + key.count)])
    unsafe place.copyMemory(from: key)
    return UnsafeRawBufferPointer(place)
  }

  /// Appends the row whose key was placed last.
  ///
  /// - Parameters:
  ///   - plain: How it is read.
  ///   - runs: Its cells.
  ///   - snapshot: The sequence to read at.
  ///   - keyBytes: The length of its key.
  /// - Returns: Whether it was: not if it has nothing that the snapshot sees, holds more than values, or needs more room than is left.
  mutating func append(
    _ plain: PlainRow, _ runs: inout CellRuns, at snapshot: UInt64, keyBytes: Int
  ) -> Bool {
    largestRow.bytes = max(largestRow.bytes, keyBytes + runs.bytesMax)
    largestRow.cells = max(largestRow.cells, runs.cellCount)
    var used = usedBytes + keyBytes
    if unsafe used + runs.bytesMax > bytes.count || usedSlots + runs.cellCount > slots.count {
      return false
    }
    var cells = 0
    let isPlain = unsafe plain.copy(
      &runs, at: snapshot, bytes, &used,
      UnsafeMutableBufferPointer(rebasing: slots[usedSlots...]), &cells)
    if !isPlain || cells == 0 { return false }
    rows.append(
      (key: usedBytes..<(usedBytes + keyBytes), cells: usedSlots..<(usedSlots + cells)))
    usedBytes = used
    usedSlots += cells
    return true
  }
}
