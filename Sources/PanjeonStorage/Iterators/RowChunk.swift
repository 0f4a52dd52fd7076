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
  private let slots: UnsafeMutableBufferPointer<RowBuffer.Slot>
  private var usedBytes = 0
  private var usedSlots = 0
  private var rows: [RowBatch.Row] = []

  /// What a row may need.
  struct Room {
    var bytes: Int
    var cells: Int

    init(bytes: Int, cells: Int) {
      self.bytes = bytes
      self.cells = cells
    }

    /// What the row that a cursor is at needs, with its key; nil if that is not known.
    init?(ofRowAt cursor: CellCursor) {
      var runs = CellRuns()
      guard cursor.isValid, cursor.appendRowAhead(to: &runs) else { return nil }
      self.init(bytes: unsafe cursor.row.count + runs.bytesMax, cells: runs.cellCount)
    }
  }

  /// The most that one of the rows has asked for.
  private(set) var largestRow = Room(bytes: 0, cells: 0)

  private init(
    bytes: UnsafeMutableRawBufferPointer, slots: UnsafeMutableBufferPointer<RowBuffer.Slot>
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
  ///   - rowsMax: How many rows there may be.
  ///   - families: The names by whose indices slots call their families.
  ///   - fill: Appends the rows.
  /// - Returns: The rows that were appended.
  static func rows(
    _ room: Room, rowsMax: Int, families: [String], _ fill: (inout RowChunk) -> Void
  ) -> RowBatch {
    var rows: [RowBatch.Row] = []
    let buffer = unsafe RowBuffer(cellsMax: room.cells, families: families) { slots in
      var usedSlots = 0
      let bytes = unsafe [UInt8](unsafeUninitializedCapacity: room.bytes) { bytes, usedBytes in
        var chunk = unsafe RowChunk(bytes: UnsafeMutableRawBufferPointer(bytes), slots: slots)
        chunk.rows.reserveCapacity(rowsMax)
        fill(&chunk)
        (usedBytes, usedSlots) = (chunk.usedBytes, chunk.usedSlots)
        rows = chunk.rows
      }
      return (bytes, usedSlots)
    }
    if rows.isEmpty { return RowBatch() }
    // Not many bytes for a few, should a client keep them.
    let isRoomy = 4 * buffer.bytes.count < room.bytes || 4 * buffer.cellCount < room.cells
    return RowBatch(isRoomy ? buffer.copy() : buffer, rows)
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
    let place = RowBuffer.RowPlace(
      key: usedBytes..<(usedBytes + keyBytes), cells: usedSlots..<(usedSlots + cells))
    rows.append(RowBatch.Row(buffer: 0, place: place))
    usedBytes = used
    usedSlots += cells
    return true
  }
}
