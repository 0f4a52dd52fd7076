// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// The payload of a record of the write-ahead log: one atomic batch.
///
/// Grammar (page *Formats/LogRecordFormat*), integers little-endian:
///
///     record    = sequence(8) timestamp(8) row-count(4) *row
///     row       = region-id(8) group(4) row-length(4) row cell-count(4) *cell
///     cell      = flags(1) key-length(4) key value-length(4) value
///
/// `sequence` is that of the first cell; each cell has the next. The keys are whole ``CellKey``s: the bytes
/// that go to the log are those that go to the memtable, so a cell is encoded once.
package enum LogRecord {
  /// The bytes before the first row.
  package static let headerBytes = 20

  /// The bytes of the shortest cell.
  private static let cellBytesMin = 9 + CellKey.bytesMin

  /// The flag of a cell whose timestamp is the record's.
  package static let takesTimestamp: UInt8 = 1

  /// Which region and locality group a run of cells belongs to.
  ///
  /// Safe: `row` points into the record and is used only while the walk over it lasts.
  @safe package struct RowHeader {
    package var regionID: UInt64
    package var group: UInt32
    package var row: UnsafeRawBufferPointer
    package var cellCount: Int
  }

  /// Walks a record from the log.
  ///
  /// - Parameters:
  ///   - bytes: The record, which has passed its checksum.
  ///   - onRow: Called for each row with its first cell's sequence; returns whether the row's cells are wanted.
  ///   - onCell: Called for each cell of a wanted row.
  /// - Returns: The sequence of the last cell and the record's timestamp.
  /// - Throws: `corruption` when the bytes do not follow the grammar.
  package static func decode(
    _ bytes: UnsafeRawBufferPointer,
    onRow: (RowHeader, _ firstSequence: UInt64) throws(StoreError) -> Bool,
    onCell: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws(StoreError) ->
      Void
  ) throws(StoreError) -> (lastSequence: UInt64, timestamp: Int64) {
    guard bytes.count >= headerBytes else { throw malformed("shorter than its header") }
    var sequence = unsafe bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self).littleEndian
    let timestamp = unsafe bytes.loadUnaligned(fromByteOffset: 8, as: Int64.self).littleEndian
    let rowCount = unsafe bytes.loadUnaligned(fromByteOffset: 16, as: UInt32.self).littleEndian
    guard sequence >= 1, sequence <= PlausibleNumber.max, rowCount >= 1,
      PlausibleNumber.timestamps.contains(timestamp)
    else { throw malformed("no store has its sequence or timestamp") }
    var offset = headerBytes
    for _ in 0..<rowCount {
      let header = try unsafe rowHeader(bytes, at: &offset)
      let isWanted = try onRow(header, sequence)
      for _ in 0..<header.cellCount {
        let (key, value) = try unsafe cell(bytes, at: &offset)
        guard unsafe CellKey.sequence(key) == sequence else {
          throw malformed("a cell is out of sequence")
        }
        if isWanted { try unsafe onCell(key, value) }
        sequence += 1
      }
    }
    guard offset == bytes.count else { throw malformed("bytes behind its last row") }
    return (sequence - 1, timestamp)
  }

  private static func rowHeader(
    _ bytes: UnsafeRawBufferPointer, at offset: inout Int
  ) throws(StoreError) -> RowHeader {
    guard bytes.count - offset >= 16 else { throw malformed("a row is cut off") }
    let regionID = unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self).littleEndian
    let group = unsafe bytes.loadUnaligned(fromByteOffset: offset + 8, as: UInt32.self).littleEndian
    offset += 12
    let row = try unsafe sized(bytes, at: &offset)
    guard bytes.count - offset >= 4 else { throw malformed("a row is cut off") }
    let cellCount = unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self).littleEndian
    offset += 4
    // Memory is made ready by it.
    guard Int(cellCount) <= (bytes.count - offset) / cellBytesMin else {
      throw malformed("more cells than fit into it")
    }
    return unsafe RowHeader(regionID: regionID, group: group, row: row, cellCount: Int(cellCount))
  }

  private static func cell(
    _ bytes: UnsafeRawBufferPointer, at offset: inout Int
  ) throws(StoreError) -> (UnsafeRawBufferPointer, UnsafeRawBufferPointer) {
    offset += 1
    let key = try unsafe sized(bytes, at: &offset)
    let value = try unsafe sized(bytes, at: &offset)
    guard unsafe CellKey.isWellFormedCell(key: key, value: value) else {
      throw malformed("a cell is not well-formed")
    }
    return unsafe (key, value)
  }

  private static func sized(
    _ bytes: UnsafeRawBufferPointer, at offset: inout Int
  ) throws(StoreError) -> UnsafeRawBufferPointer {
    guard bytes.count - offset >= 4 else { throw malformed("a length is cut off") }
    let length = unsafe Int(
      bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self).littleEndian)
    offset += 4
    guard bytes.count - offset >= length else { throw malformed("a length passes its end") }
    defer { offset += length }
    return unsafe UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + length)])
  }

  private static func malformed(_ what: String) -> StoreError {
    StoreError(.corruption, "a log record is malformed: \(what)")
  }
}
