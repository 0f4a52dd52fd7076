// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Writes an SSTable from cells in order.
package final class TableBuilder {
  private let file: any File
  private let options: TableOptions
  private var writer: TableWriter
  private var block = BlockBuilder()
  private var index = TableIndex()
  private var hashes: [UInt64] = []
  private var properties: TableProperties
  private var ages = CellAges()
  private var lastRow: [UInt8] = []
  private var lastRowHash: UInt64 = 0
  private var lastKey: [UInt8] = []

  /// The deletes of the family in progress, to be repeated should the row go on in another block.
  private var familyDeletes: [[UInt8]] = []

  package init(file: any File, options: TableOptions) {
    self.file = file
    self.options = options
    writer = TableWriter(file)
    properties = TableProperties(
      regionID: options.regionID, localityGroup: options.localityGroup)
  }

  package var cellCount: UInt64 { properties.cellCount }

  /// The size of the file if it ended here, roughly.
  package var estimatedFileBytes: UInt64 {
    writer.fileBytes + UInt64(block.byteCount)
  }

  /// Adds a cell, which must sort behind the last one; what does not comes from a damaged file.
  ///
  /// Throws `corruption`, `io`, `noSpace`.
  package func add(
    row: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer
  ) throws(StoreError) {
    let rowOrder = unsafe lastRow.withUnsafeBytes { unsafe compareBytes(row, $0) }
    let isNewRow = properties.cellCount == 0 || rowOrder != 0
    let keyOrder = unsafe lastKey.withUnsafeBytes { unsafe compareBytes(key, $0) }
    let isBehind =
      properties.cellCount == 0 || rowOrder > 0 || (rowOrder == 0 && keyOrder > 0)
    guard isBehind else { throw outOfOrder }
    if block.byteCount >= blockBytesMax(isNewRow: isNewRow) { try finishBlock(rowEnds: isNewRow) }
    if isNewRow {
      unsafe beginRow(row)
    } else if familyDeletes.first.map({ unsafe $0[0] != key[0] }) ?? false {
      familyDeletes.removeAll(keepingCapacity: true)
    }
    if block.isEmpty || isNewRow {
      unsafe block.beginRow(row)
      for delete in familyDeletes where familyDeletes.count <= TableFormat.repeatsMax {
        unsafe delete.withUnsafeBytes {
          unsafe block.append(
            key: $0, value: UnsafeRawBufferPointer(start: nil, count: 0), isRepeat: true)
        }
      }
    }
    unsafe block.append(key: key, value: value)
    if options.bloomFilter == .rowAndColumn { unsafe noteColumn(key, isNewRow: isNewRow) }
    unsafe note(row: row, key: key, value: value)
  }

  private var outOfOrder: StoreError {
    StoreError(
      .corruption, "cells are out of order in what is merged into this file", file: file.path)
  }

  /// Adds a whole row, which must sort behind the last one, as if its cells were added one by one.
  ///
  /// - Parameters:
  ///   - row: Its key.
  ///   - runs: All its cells.
  ///   - merge: Which of them are kept.
  /// - Returns: Whether it was; not when the cells are to be judged one by one, or may not all lie in one block.
  /// - Throws: `corruption`, `io`, `noSpace`.
  package func addRow(
    _ row: UnsafeRawBufferPointer, _ runs: CellRuns, _ merge: PlainMerge
  ) throws(StoreError) -> Bool {
    let bytesMax = row.count + runs.bytesMax + runs.cellCount * Self.cellHeaderBytesMax
    if bytesMax > options.blockBytes / 2 || options.bloomFilter == .rowAndColumn { return false }
    if properties.cellCount > 0 {
      let order = unsafe lastRow.withUnsafeBytes { unsafe compareBytes(row, $0) }
      if order == 0 { return false }
      if order < 0 { throw outOfOrder }
    }
    if block.byteCount >= options.blockBytes { try finishBlock(rowEnds: true) }
    var tally = CellTally()
    do throws(StoreError) {
      guard try unsafe block.appendRow(row, runs, merge, &tally) else { return false }
    } catch {
      throw outOfOrder
    }
    unsafe beginRow(row)
    lastKey.removeAll(keepingCapacity: true)
    unsafe lastKey.append(contentsOf: tally.lastKey)
    properties.add(tally, rowBytes: row.count)
    ages.merge(tally.ages)
    return true
  }

  /// The lengths in front of a cell of such a row.
  private static let cellHeaderBytesMax = 6

  /// How large the block may become: a little larger for a row that began in it behind others, so that few rows lie in two.
  private func blockBytesMax(isNewRow: Bool) -> Int {
    isNewRow || block.rowCount < 2 ? options.blockBytes : options.blockBytes / 2 * 3
  }

  private func beginRow(_ row: UnsafeRawBufferPointer) {
    lastRow.removeAll(keepingCapacity: true)
    unsafe lastRow.append(contentsOf: row)
    familyDeletes.removeAll(keepingCapacity: true)
    lastRowHash = unsafe RowHash.hash(row)
    hashes.append(lastRowHash)
    properties.rowCount += 1
    if properties.rowCount == 1 { properties.smallestRow = Bytes(lastRow) }
  }

  /// Notes a column, or a family's deletes, the first time it is met in the row.
  private func noteColumn(_ key: UnsafeRawBufferPointer, isNewRow: Bool) {
    let prefix = unsafe CellKey.columnPrefix(key)
    let isKnown =
      unsafe !isNewRow
      && lastKey.withUnsafeBytes { unsafe compareBytes(CellKey.columnPrefix($0), prefix) == 0 }
    if !isKnown { unsafe hashes.append(RowHash.hash(row: lastRowHash, column: prefix)) }
  }

  private func note(
    row: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer
  ) {
    lastKey.removeAll(keepingCapacity: true)
    unsafe lastKey.append(contentsOf: key)
    let kind = unsafe CellKey.kind(key)
    if lastKey[1] == CellKey.familyPart { familyDeletes.append(lastKey) }
    if CellKind.isPut(kind) {
      let timestamp = unsafe CellKey.timestamp(key)
      let isExpiring = kind == CellKind.expiringPut.rawValue
      let end = unsafe isExpiring ? ExpiringValue.end(timestamp: timestamp, value) : nil
      // Locks are kept for ever; that they are old says nothing.
      if lastKey[0] != CellKey.lockFamily { ages.note(timestamp: timestamp, end: end) }
    } else {
      properties.deleteCount += 1
    }
    let sequence = unsafe CellKey.sequence(key)
    properties.cellCount += 1
    properties.smallestSequence = min(properties.smallestSequence, sequence)
    properties.largestSequence = max(properties.largestSequence, sequence)
    properties.maxTimestamp = unsafe max(properties.maxTimestamp, CellKey.timestamp(key))
    properties.rawBytes += UInt64(row.count + key.count + value.count)
  }

  private func finishBlock(rowEnds: Bool) throws(StoreError) {
    guard !block.isEmpty else { return }
    var indexKey: [UInt8] = []
    unsafe lastRow.withUnsafeBytes { row in
      unsafe lastKey.withUnsafeBytes {
        unsafe TableIndex.appendKey(row: row, key: $0, to: &indexKey)
      }
    }
    block.finish(lastRowEnds: rowEnds)
    index.append(
      key: indexKey, handle: try unsafe writer.append(block: block.bytes, options.compression))
    block.removeAll()
  }

  /// Writes what is left, and syncs the file; the directory entry is the caller's.
  ///
  /// - Returns: What the SSTable says of itself.
  /// - Throws: `io`, `noSpace`.
  /// - Precondition: At least one cell was added.
  package func finish() throws(StoreError) -> TableProperties {
    precondition(properties.cellCount > 0, "an SSTable holds at least one cell")
    try finishBlock(rowEnds: true)
    properties.largestRow = Bytes(lastRow)
    if options.notesAges || ages.expiringCount > 0 { properties.ages = ages }
    properties.bloomFilter = options.bloomFilter
    let filter =
      options.bloomFilter == .none
      ? RowFilter(bytes: []) : RowFilter(hashes: hashes, bitsPerRow: options.bloomBitsPerRow)
    let handles = [
      try writer.append(checked: filter.bytes), try writer.append(checked: index.encode()),
      try writer.append(checked: properties.encode()),
    ]
    var footer: [UInt8] = []
    for handle in handles {
      footer.appendFixed64LE(handle.offset)
      footer.appendFixed32LE(handle.length)
    }
    footer.appendFixed32LE(TableFormat.version)
    unsafe footer.appendFixed32LE(footer.withUnsafeBytes { unsafe Checksum.crc32c($0) })
    footer.appendFixed64LE(TableFormat.magic)
    try writer.finish(with: footer)
    try file.sync()
    return properties
  }
}
