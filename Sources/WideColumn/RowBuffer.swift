// SPDX-License-Identifier: Apache-2.0

/// What rows are made of and share: their bytes, and where in them the cells are.
///
/// A reference to one object, so that to hand on a row is to count one; the cells' places are in it.
package struct RowBuffer: @unchecked Sendable {
  // Unchecked: only who alone has a buffer changes it, as with an array that is written to.

  /// The object.
  package final class Storage: ManagedBuffer<Header, Slot> {}

  /// What there is beside the places.
  package struct Header {
    fileprivate var bytes: [UInt8]
    fileprivate var cellCount: Int
    fileprivate let cellsMax: Int
    fileprivate let families: [String]
    fileprivate var keyBytes: [UInt8]?
  }

  /// The place of one cell in the bytes.
  package struct Slot: Sendable {
    package var timestamp: Int64
    package var qualifierStart: Int32
    package var valueStart: Int32
    package var valueEnd: Int32
    /// The place of the family's name.
    package var family: UInt16

    package init(
      family: UInt16, qualifierStart: Int, valueStart: Int, valueEnd: Int, timestamp: Int64
    ) {
      self.timestamp = timestamp
      self.qualifierStart = Int32(qualifierStart)
      self.valueStart = Int32(valueStart)
      self.valueEnd = Int32(valueEnd)
      self.family = family
    }

    /// Where the qualifier is.
    package var qualifier: Range<Int> { Int(qualifierStart)..<Int(valueStart) }

    /// Where the value is.
    package var value: Range<Int> { Int(valueStart)..<Int(valueEnd) }

    /// Whether the cell is behind a part of the bytes.
    func isBehind(_ part: Range<Int>) -> Bool { Int(qualifierStart) >= part.upperBound }

    /// Moves the cell.
    package mutating func move(by distance: Int) {
      qualifierStart += Int32(distance)
      valueStart += Int32(distance)
      valueEnd += Int32(distance)
    }
  }

  private var storage: Storage

  /// Creates an empty buffer, to which cells are appended.
  ///
  /// - Parameters:
  ///   - cellsMax: How many cells it has room for at first.
  ///   - families: The names of the families.
  package init(cellsMax: Int, families: [String]) {
    let made = Storage.create(minimumCapacity: cellsMax) { _ in
      Header(bytes: [], cellCount: 0, cellsMax: cellsMax, families: families, keyBytes: nil)
    }
    storage = unsafe unsafeDowncast(made, to: Storage.self)
  }

  /// Appends a cell of which the bytes will be given; for who alone has the buffer.
  package mutating func append(_ slot: Slot) {
    assert(isKnownUniquelyReferenced(&storage), "what others have is not changed")
    let count = cellCount
    if count == storage.header.cellsMax { self = copy(cellsMax: max(4, 2 * count)) }
    unsafe storage.withUnsafeMutablePointerToElements {
      unsafe ($0 + count).initialize(to: slot)
    }
    storage.header.cellCount = count + 1
  }

  /// Gives the bytes of the cells that have been appended, and of the rows' keys; for who alone has the buffer.
  package mutating func finish(bytes: [UInt8], keyBytes: [UInt8]) {
    assert(isKnownUniquelyReferenced(&storage), "what others have is not changed")
    storage.header.bytes = bytes
    storage.header.keyBytes = keyBytes
  }

  /// Creates a buffer of so many cells at the most.
  ///
  /// - Parameters:
  ///   - cellsMax: How many cells it has room for.
  ///   - families: The names of the families.
  ///   - keyBytes: What the rows' keys are in; nil: in its bytes.
  ///   - fill: Writes the slots, one row's behind the other's; returns the bytes, each qualifier before its value, and how many slots are used.
  package init(
    cellsMax: Int, families: [String], keyBytes: [UInt8]? = nil,
    _ fill: (UnsafeMutableBufferPointer<Slot>) -> (bytes: [UInt8], cellCount: Int)
  ) {
    self.init(cellsMax: cellsMax, families: families)
    storage.header.keyBytes = keyBytes
    let filled = unsafe storage.withUnsafeMutablePointerToElements {
      unsafe fill(UnsafeMutableBufferPointer(start: $0, count: cellsMax))
    }
    precondition(filled.cellCount <= cellsMax, "more cells than there is room for")
    storage.header.bytes = filled.bytes
    storage.header.cellCount = filled.cellCount
  }

  /// Qualifiers and values.
  package var bytes: [UInt8] { storage.header.bytes }

  /// One of the bytes.
  package func byte(at index: Int) -> UInt8 { storage.header.bytes[index] }

  /// What the rows' keys are in.
  package var keyBytes: [UInt8] { storage.header.keyBytes ?? storage.header.bytes }

  /// The names of the families.
  package var families: [String] { storage.header.families }

  /// How many cells all of its rows have.
  package var cellCount: Int { storage.header.cellCount }

  /// What cells and bytes take.
  package var memoryBytes: Int {
    storage.header.bytes.capacity + cellCount * MemoryLayout<Slot>.stride
  }

  /// The place of a cell.
  package subscript(index: Int) -> Slot {
    precondition(index >= 0 && index < cellCount, "a buffer has no cell of this number")
    return unsafe storage.withUnsafeMutablePointerToElements { unsafe $0[index] }
  }

  /// Whether it is the same object.
  package func isIdentical(to other: RowBuffer) -> Bool { storage === other.storage }

  /// Whether the bytes begin with a key of so many bytes.
  package func begins(with key: UnsafeRawBufferPointer, ofCount count: Int) -> Bool {
    if key.count != count { return false }
    return unsafe storage.header.bytes.withUnsafeBytes {
      unsafe compareBytes(UnsafeRawBufferPointer(rebasing: $0[..<count]), key) == 0
    }
  }

  /// The number of the first cell of a column.
  package func firstCell(family: UInt16, qualifier: UnsafeRawBufferPointer) -> Int? {
    unsafe storage.header.bytes.withUnsafeBytes { bytes in
      (0..<cellCount).first { index in
        let slot = self[index]
        let place = slot.qualifier
        return unsafe slot.family == family && place.count == qualifier.count
          && compareBytes(UnsafeRawBufferPointer(rebasing: bytes[place]), qualifier) == 0
      }
    }
  }

  /// Puts another value in the place of a cell's: in the same object if nobody else has it, else in a copy.
  ///
  /// - Parameters:
  ///   - index: Which cell.
  ///   - value: The new value.
  ///   - timestamp: Its timestamp.
  package mutating func replaceValue(
    ofCell index: Int, with value: UnsafeRawBufferPointer, timestamp: Int64
  ) {
    #if PANJEON_THREAD_SANITIZER
      // It does not see that who has let go of an object has done so before the object is found to be nobody else's.
      self = copy()
    #else
      if !isKnownUniquelyReferenced(&storage) { self = copy() }
    #endif
    let old = self[index].value
    if value.count == old.count {
      unsafe storage.header.bytes.withUnsafeMutableBytes {
        unsafe UnsafeMutableRawBufferPointer(rebasing: $0[old]).copyMemory(from: value)
      }
    } else {
      unsafe storage.header.bytes.replaceSubrange(old, with: value)
    }
    let change = value.count - old.count
    let count = cellCount
    unsafe storage.withUnsafeMutablePointerToElements { slots in
      for other in 0..<count where unsafe other != index && slots[other].isBehind(old) {
        unsafe slots[other].move(by: change)
      }
      unsafe slots[index].valueEnd += Int32(change)
      unsafe slots[index].timestamp = timestamp
    }
  }

  /// The same once more, in no more memory than it needs.
  package func copy() -> RowBuffer { copy(cellsMax: cellCount) }

  private func copy(cellsMax: Int) -> RowBuffer {
    unsafe RowBuffer(
      cellsMax: cellsMax, families: families, keyBytes: storage.header.keyBytes
    ) { room in
      for index in 0..<cellCount { unsafe room.initializeElement(at: index, to: self[index]) }
      return (unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) }, cellCount)
    }
  }

  /// The place of a row.
  package struct RowPlace: Sendable {
    private let keyStart: Int32
    private let keyEnd: Int32
    private let firstCell: Int32
    private let cellsEnd: Int32
    /// Whether the row may have more selected cells than these.
    package let mayHaveMoreCells: Bool

    package init(key: Range<Int>, cells: Range<Int>, mayHaveMoreCells: Bool = false) {
      keyStart = Int32(key.lowerBound)
      keyEnd = Int32(key.upperBound)
      firstCell = Int32(cells.lowerBound)
      cellsEnd = Int32(cells.upperBound)
      self.mayHaveMoreCells = mayHaveMoreCells
    }

    /// Where its key is in ``RowBuffer/keyBytes``.
    package var key: Range<Int> { Int(keyStart)..<Int(keyEnd) }

    /// Which of the slots are its cells.
    package var cells: Range<Int> { Int(firstCell)..<Int(cellsEnd) }
  }
}
