// SPDX-License-Identifier: Apache-2.0

/// What a Get or a Scan returns of one row: its cells in the store's order.
///
/// Cells are ordered by family name, qualifier, and timestamp from newest to oldest. All bytes of the
/// row share one buffer, so that a row costs few allocations however many cells it has; rows of a scan share theirs
/// with their neighbours.
public struct RowResult: Sendable {
  /// The place of one cell in the shared buffer.
  package struct Slot: Sendable {
    package var family: Int32
    package var qualifierStart: Int32
    package var valueStart: Int32
    package var valueEnd: Int32
    package var timestamp: Int64

    package init(
      family: Int32, qualifierStart: Int32, valueStart: Int32, valueEnd: Int32, timestamp: Int64
    ) {
      self.family = family
      self.qualifierStart = qualifierStart
      self.valueStart = valueStart
      self.valueEnd = valueEnd
      self.timestamp = timestamp
    }
  }

  /// The row's key.
  public let row: RowKey

  /// Whether the row may have further selected cells that a limit has left out, or that follow in the next piece.
  public private(set) var mayHaveMoreCells = false

  package let storage: [UInt8]
  package let families: [String]
  private let slots: [Slot]
  /// Which of the slots are the row's cells.
  private let first: Int32
  private let end: Int32

  /// About what the qualifiers and values of its cells take.
  package var byteCount: Int {
    cellSlots.reduce(0) { $0 + Int($1.valueEnd - $1.qualifierStart) }
  }

  /// The places of the row's cells.
  package var cellSlots: ArraySlice<Slot> { slots[Int(first)..<Int(end)] }

  /// Creates a row over a buffer: each slot's qualifier runs up to its value.
  package init(
    row: RowKey, storage: [UInt8], slots: [Slot], families: [String], mayHaveMoreCells: Bool = false
  ) {
    self.mayHaveMoreCells = mayHaveMoreCells
    self.row = row
    self.storage = storage
    self.slots = slots
    first = 0
    end = Int32(slots.count)
    self.families = families
  }

  /// Creates a row over buffers that it shares with others: its cells are those of some of the slots.
  package init(
    row: RowKey, storage: [UInt8], slots: [Slot], cells: Range<Int>, families: [String]
  ) {
    self.row = row
    self.storage = storage
    self.slots = slots
    self.families = families
    first = Int32(cells.lowerBound)
    end = Int32(cells.upperBound)
  }

  private init(_ whole: RowResult, first: Int32, end: Int32, mayHaveMoreCells: Bool) {
    row = whole.row
    storage = whole.storage
    families = whole.families
    slots = whole.slots
    self.first = first
    self.end = end
    self.mayHaveMoreCells = mayHaveMoreCells
  }

  /// Creates a row from cells, which must already be in order.
  public init(row: RowKey, cells: [Cell]) {
    var storage: [UInt8] = []
    var slots: [Slot] = []
    var families: [String] = []
    for cell in cells {
      let family: Int
      if let known = families.firstIndex(of: cell.column.family) {
        family = known
      } else {
        family = families.count
        families.append(cell.column.family)
      }
      let qualifierStart = Int32(storage.count)
      storage.append(contentsOf: cell.column.qualifier)
      let valueStart = Int32(storage.count)
      storage.append(contentsOf: cell.value)
      slots.append(
        Slot(
          family: Int32(family), qualifierStart: qualifierStart, valueStart: valueStart,
          valueEnd: Int32(storage.count), timestamp: cell.timestamp.microseconds))
    }
    self.init(row: row, storage: storage, slots: slots, families: families)
  }

  /// The newest returned version of a column, or nil when the row has none.
  ///
  /// - Complexity: O(log *n*) in the number of cells.
  public func cell(family: String, qualifier: Bytes) -> Cell? {
    var low = Int(first)
    var high = Int(end)
    while low < high {
      let middle = (low + high) / 2
      let slot = slots[middle]
      let name = families[Int(slot.family)]
      if name < family || (name == family && self.qualifier(of: slot) < qualifier) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    guard low < end else { return nil }
    let slot = slots[low]
    guard families[Int(slot.family)] == family, self.qualifier(of: slot) == qualifier else {
      return nil
    }
    return cell(at: slot)
  }

  /// The value of the newest returned version of a column, or nil when the row has none.
  public func value(family: String, qualifier: Bytes) -> Bytes? {
    cell(family: family, qualifier: qualifier)?.value
  }

  private func cell(at slot: Slot) -> Cell {
    Cell(
      column: Column(family: families[Int(slot.family)], qualifier: qualifier(of: slot)),
      timestamp: Timestamp(microseconds: slot.timestamp),
      value: Bytes(sharing: storage, from: Int(slot.valueStart), to: Int(slot.valueEnd)))
  }

  private func qualifier(of slot: Slot) -> Bytes {
    Bytes(sharing: storage, from: Int(slot.qualifierStart), to: Int(slot.valueStart))
  }
}

extension RowResult: RandomAccessCollection {
  /// The position of the first cell: always zero.
  public var startIndex: Int { 0 }

  /// The number of cells.
  public var endIndex: Int { Int(end - first) }

  /// The cell at `position`, its bytes sharing the row's buffer.
  public subscript(position: Int) -> Cell {
    precondition(position >= 0 && position < endIndex, "a row has no cell at this position")
    return cell(at: slots[Int(first) + position])
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
    let bytes = unsafe storage.span.bytes
    for index in Int(first)..<Int(end) {
      let slot = slots[index]
      try body(
        families[Int(slot.family)],
        bytes.extracting(Int(slot.qualifierStart)..<Int(slot.valueStart)),
        Timestamp(microseconds: slot.timestamp),
        bytes.extracting(Int(slot.valueStart)..<Int(slot.valueEnd)))
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
    guard let family = families.firstIndex(of: name) else { return 0 }
    return cellSlots.prefix { $0.family == Int32(family) }.count
  }

  /// The row without its first cells, and with at most `limit` of the others; nil when none is left.
  ///
  /// Shares the row's buffers.
  package func dropping(first dropped: Int, keeping limit: Int?) -> RowResult? {
    let kept = Swift.min(count - dropped, limit ?? .max)
    if kept <= 0 { return nil }
    let start = first + Int32(dropped)
    let stop = start + Int32(kept)
    return RowResult(
      self, first: start, end: stop, mayHaveMoreCells: mayHaveMoreCells || stop < end)
  }
}
