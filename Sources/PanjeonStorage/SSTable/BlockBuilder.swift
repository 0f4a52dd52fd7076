// SPDX-License-Identifier: Apache-2.0

/// Builds one data block: rows with their cells, then the places of the rows.
///
///     block   = *row-entry *row-offset(4) repeats-and-end(4) row-count(4)
///     row-entry = row-length(varint) row cell-count(4) *cell
///     cell    = key-length(varint) value-length(varint) key value
///
/// The first `repeats` cells of the first row are family deletes of an earlier block that also cover this one. The uppermost bit of that
/// number says that the last row ends with the block.
struct BlockBuilder {
  private(set) var bytes: [UInt8] = []
  private var rowOffsets: [UInt32] = []
  private var countOffset = 0
  private var cellsInRow: UInt32 = 0
  private var repeats: UInt32 = 0

  var isEmpty: Bool { rowOffsets.isEmpty }
  var rowCount: Int { rowOffsets.count }
  var byteCount: Int { bytes.count + rowOffsets.count * 4 + 8 }

  mutating func beginRow(_ row: UnsafeRawBufferPointer) {
    endRow()
    rowOffsets.append(UInt32(bytes.count))
    unsafe bytes.appendLengthPrefixed(row)
    countOffset = bytes.count
    bytes.appendFixed32LE(0)
    cellsInRow = 0
  }

  mutating func append(
    key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer, isRepeat: Bool = false
  ) {
    bytes.appendVarint(UInt64(key.count))
    bytes.appendVarint(UInt64(value.count))
    unsafe bytes.append(contentsOf: key)
    unsafe bytes.append(contentsOf: value)
    cellsInRow += 1
    if isRepeat { repeats += 1 }
  }

  private mutating func endRow() {
    guard !rowOffsets.isEmpty else { return }
    let count = cellsInRow
    let offset = countOffset
    unsafe bytes.withUnsafeMutableBytes {
      unsafe $0.storeBytes(of: count.littleEndian, toByteOffset: offset, as: UInt32.self)
    }
  }

  /// The whole block; the builder is empty afterwards.
  ///
  /// - Parameter lastRowEnds: Whether no cell of the last row comes behind.
  /// - Returns: Its bytes, before compression.
  mutating func finish(lastRowEnds: Bool) -> [UInt8] {
    endRow()
    for offset in rowOffsets { bytes.appendFixed32LE(offset) }
    bytes.appendFixed32LE(repeats | (lastRowEnds ? TableFormat.lastRowEnds : 0))
    bytes.appendFixed32LE(UInt32(rowOffsets.count))
    let finished = bytes
    self = BlockBuilder()
    return finished
  }
}
