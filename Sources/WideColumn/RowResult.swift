// SPDX-License-Identifier: Apache-2.0

/// What a Get or a Scan returns of one row: its cells in the store's order.
///
/// Cells are ordered by family name, qualifier, and timestamp from newest to oldest. All bytes of the
/// row share one buffer, so that a row costs few allocations however many cells it has; rows of a scan share theirs
/// with their neighbours.
public struct RowResult: Sendable {
  package let buffer: RowBuffer
  /// Its place in the buffer.
  package let place: RowBuffer.RowPlace

  /// The row's key.
  public var row: RowKey {
    let key = place.key
    return Bytes(sharing: buffer.keyBytes, from: key.lowerBound, to: key.upperBound)
  }

  /// Whether the row may have further selected cells that a limit has left out, or that follow in the next piece.
  public var mayHaveMoreCells: Bool { place.mayHaveMoreCells }

  /// About what the qualifiers and values of its cells take.
  package var byteCount: Int {
    place.cells.reduce(0) { bytes, cell in
      bytes + buffer[cell].qualifier.count + buffer[cell].value.count
    }
  }

  /// Creates a row of all cells of a buffer that has its key elsewhere.
  package init(row: RowKey, _ buffer: RowBuffer, mayHaveMoreCells: Bool = false) {
    self.buffer = buffer
    place = RowBuffer.RowPlace(
      key: row.start..<row.end, cells: 0..<buffer.cellCount, mayHaveMoreCells: mayHaveMoreCells)
  }

  /// Creates a row of those in a buffer.
  package init(_ buffer: RowBuffer, _ place: RowBuffer.RowPlace) {
    self.buffer = buffer
    self.place = place
  }

  /// Creates a row from cells, which must already be in order.
  public init(row: RowKey, cells: [Cell]) {
    var bytes: [UInt8] = []
    var families: [String] = []
    var slots: [RowBuffer.Slot] = []
    for cell in cells {
      let family: Int
      if let known = families.firstIndex(of: cell.column.family) {
        family = known
      } else {
        family = families.count
        families.append(cell.column.family)
      }
      let qualifierStart = bytes.count
      bytes.append(contentsOf: cell.column.qualifier)
      let valueStart = bytes.count
      bytes.append(contentsOf: cell.value)
      slots.append(
        RowBuffer.Slot(
          family: UInt16(family), qualifierStart: qualifierStart, valueStart: valueStart,
          valueEnd: bytes.count, timestamp: cell.timestamp.microseconds))
    }
    var buffer = RowBuffer(cellsMax: slots.count, families: families)
    for slot in slots { buffer.append(slot) }
    let row = row.nearby
    buffer.finish(bytes: bytes, keyBytes: row.storage)
    self.init(row: row, buffer)
  }

  /// The newest returned version of a column, or nil when the row has none.
  ///
  /// - Complexity: O(log *n*) in the number of cells.
  public func cell(family: String, qualifier: Bytes) -> Cell? {
    var low = place.cells.lowerBound
    var high = place.cells.upperBound
    while low < high {
      let middle = (low + high) / 2
      let slot = buffer[middle]
      let name = buffer.families[Int(slot.family)]
      if name < family || (name == family && self.qualifier(of: slot) < qualifier) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    guard low < place.cells.upperBound else { return nil }
    let slot = buffer[low]
    guard buffer.families[Int(slot.family)] == family, self.qualifier(of: slot) == qualifier else {
      return nil
    }
    return cell(at: slot)
  }

  /// The value of the newest returned version of a column, or nil when the row has none.
  public func value(family: String, qualifier: Bytes) -> Bytes? {
    cell(family: family, qualifier: qualifier)?.value
  }

  private func cell(at slot: RowBuffer.Slot) -> Cell {
    Cell(
      column: Column(family: buffer.families[Int(slot.family)], qualifier: qualifier(of: slot)),
      timestamp: Timestamp(microseconds: slot.timestamp),
      value: Bytes(sharing: buffer.bytes, from: Int(slot.valueStart), to: Int(slot.valueEnd)))
  }

  private func qualifier(of slot: RowBuffer.Slot) -> Bytes {
    let place = slot.qualifier
    return Bytes(sharing: buffer.bytes, from: place.lowerBound, to: place.upperBound)
  }
}

extension RowResult: RandomAccessCollection {
  /// The position of the first cell: always zero.
  public var startIndex: Int { 0 }

  /// The number of cells.
  public var endIndex: Int { place.cells.count }

  /// The cell at `position`, its bytes sharing the row's buffer.
  public subscript(position: Int) -> Cell {
    precondition(position >= 0 && position < endIndex, "a row has no cell at this position")
    return cell(at: buffer[place.cells.lowerBound + position])
  }
}

extension RowResult {
  /// Calls `body` with each cell's parts, in order, without making a ``Cell`` of them: nothing is allocated, and no reference counted.
  ///
  /// For programs that go through many cells and keep few. The bytes must not escape `body`.
  ///
  /// - Parameter body: Is given the family's name, the qualifier, the timestamp and the value.
  /// - Throws: What `body` throws, which ends it.
  public func forEachCell<E: Error>(
    _ body: (_ family: String, _ qualifier: RawSpan, _ timestamp: Timestamp, _ value: RawSpan)
      throws(E) -> Void
  ) throws(E) {
    let storage = buffer.bytes
    let bytes = unsafe storage.span.bytes
    let families = buffer.families
    for cell in place.cells {
      let slot = buffer[cell]
      try body(
        families[Int(slot.family)], bytes.extracting(slot.qualifier),
        Timestamp(microseconds: slot.timestamp), bytes.extracting(slot.value))
    }
  }
}

extension RowResult: Equatable {
  /// Whether both hold the same row key and the same cells.
  public static func == (left: RowResult, right: RowResult) -> Bool {
    left.row == right.row && left.elementsEqual(right)
  }
}

extension RowResult {
  /// How many cells of a family the row begins with.
  package func leadingCells(ofFamily name: String) -> Int {
    guard let family = buffer.families.firstIndex(of: name) else { return 0 }
    return place.cells.prefix { Int(buffer[$0].family) == family }.count
  }

  /// A byte of the value of its first cell, if that has so many bytes; without counting a reference.
  package func byteOfFirstValue(at offset: Int, ofCount count: Int) -> UInt8? {
    if place.cells.isEmpty { return nil }
    let value = buffer[place.cells.lowerBound].value
    return value.count == count ? buffer.byte(at: value.lowerBound + offset) : nil
  }

  /// The row without its first cells, and with at most `limit` of the others; nil when none is left.
  ///
  /// Shares the row's buffers.
  package func dropping(first dropped: Int, keeping limit: Int?) -> RowResult? {
    let kept = Swift.min(count - dropped, limit ?? .max)
    if kept <= 0 { return nil }
    let start = place.cells.lowerBound + dropped
    let stop = start + kept
    return RowResult(
      buffer,
      RowBuffer.RowPlace(
        key: place.key, cells: start..<stop,
        mayHaveMoreCells: mayHaveMoreCells || stop < place.cells.upperBound))
  }
}
