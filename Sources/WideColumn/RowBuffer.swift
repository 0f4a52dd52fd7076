// SPDX-License-Identifier: Apache-2.0

/// What rows are made of and share: their bytes, and where in them the cells are.
///
/// One object, so that to hand on a row is to count one reference.
package final class RowBuffer: @unchecked Sendable {
  // Unchecked: only who alone has a buffer changes it, as with an array that is written to.

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

    /// Moves the cell.
    package mutating func move(by distance: Int) {
      qualifierStart += Int32(distance)
      valueStart += Int32(distance)
      valueEnd += Int32(distance)
    }
  }

  // Not seen from other modules, or each look at them would be checked for another that changes them.
  var storage: [UInt8]
  var places: [Slot]
  private let keyStorage: [UInt8]?

  /// The names of the families.
  package let families: [String]

  /// Qualifiers and values, each qualifier before its value.
  package var bytes: [UInt8] { storage }

  /// The cells of all of its rows, one row behind the other.
  package var slots: [Slot] { places }

  /// What the rows' keys are in.
  package var keyBytes: [UInt8] { keyStorage ?? storage }

  /// Creates a buffer.
  ///
  /// - Parameters:
  ///   - bytes: Qualifiers and values.
  ///   - slots: Where they are.
  ///   - families: The names of the families.
  ///   - keyBytes: What the rows' keys are in; nil: in `bytes`.
  package init(bytes: [UInt8], slots: [Slot], families: [String], keyBytes: [UInt8]? = nil) {
    storage = bytes
    places = slots
    self.families = families
    keyStorage = keyBytes
  }

  /// How many cells it has, and what they and the bytes take.
  package var cellCount: Int { places.count }
  package var memoryBytes: Int {
    storage.capacity + places.count * MemoryLayout<Slot>.stride
  }

  /// Whether the bytes begin with a key of so many bytes.
  package func begins(with key: UnsafeRawBufferPointer, ofCount count: Int) -> Bool {
    if key.count != count { return false }
    return unsafe storage.withUnsafeBytes {
      unsafe compareBytes(UnsafeRawBufferPointer(rebasing: $0[..<count]), key) == 0
    }
  }

  /// The same once more.
  package func copy() -> RowBuffer {
    RowBuffer(bytes: storage, slots: places, families: families, keyBytes: keyStorage)
  }

  /// Puts another value in the place of a cell's.
  ///
  /// - Precondition: Nobody else has the buffer.
  /// - Parameters:
  ///   - index: Which cell.
  ///   - value: The new value.
  ///   - timestamp: Its timestamp.
  package func replaceValue(
    ofCell index: Int, with value: UnsafeRawBufferPointer, timestamp: Int64
  ) {
    let old = places[index].value
    if value.count == old.count {
      unsafe storage.withUnsafeMutableBytes {
        unsafe UnsafeMutableRawBufferPointer(rebasing: $0[old]).copyMemory(from: value)
      }
    } else {
      unsafe storage.replaceSubrange(old, with: value)
      let change = value.count - old.count
      for other in places.indices where Int(places[other].qualifierStart) >= old.upperBound {
        places[other].move(by: change)
      }
      places[index].valueEnd += Int32(change)
    }
    places[index].timestamp = timestamp
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
