// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// The cells of a column from the first on whose fate depends on those behind it.
struct HeldCells {
  private struct Held {
    var key: Range<Int>
    var value: Range<Int>
    var fate: CellFate
  }

  private var bytes: [UInt8] = []
  private var cells: [Held] = []

  var isEmpty: Bool { cells.isEmpty }

  mutating func append(
    key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer, _ fate: CellFate
  ) {
    if case .drop = fate { return }
    let start = bytes.count
    unsafe bytes.append(contentsOf: key)
    unsafe bytes.append(contentsOf: value)
    let middle = start + key.count
    cells.append(Held(key: start..<middle, value: middle..<bytes.count, fate: fate))
  }

  /// Passes on what is kept, and holds nothing any more.
  mutating func release(row: [UInt8], _ emit: CompactionFilter.Emit) throws(StoreError) {
    guard !cells.isEmpty else { return }
    decide()
    let cells = cells
    try unsafe bytes.withRawBytes { (bytes) throws(StoreError) in
      try unsafe row.withRawBytes { (row) throws(StoreError) in
        for cell in cells {
          guard case .keep = cell.fate else { continue }
          try unsafe emit(
            row, UnsafeRawBufferPointer(rebasing: bytes[cell.key]),
            UnsafeRawBufferPointer(rebasing: bytes[cell.value]))
        }
      }
    }
    self.cells.removeAll(keepingCapacity: true)
    bytes.removeAll(keepingCapacity: true)
  }

  /// From the oldest version to the newest: a deleted one stays if one that stays, below it, was written before
  /// its delete.
  private mutating func decide() {
    var leastSequence = UInt64.max
    var keptVersion: Int64?
    unsafe bytes.withUnsafeBytes { bytes in
      for place in cells.indices.reversed() {
        let key = unsafe UnsafeRawBufferPointer(rebasing: bytes[cells[place].key])
        let timestamp = unsafe CellKey.timestamp(key)
        switch cells[place].fate {
        case .drop: break
        case .keepWithVersion:
          cells[place].fate = timestamp == keptVersion ? .keep : .drop
        case .keep, .keepIfCounted:
          guard unsafe CellKey.kind(key) == CellKind.put.rawValue else { break }
          if case .keepIfCounted(let delete) = cells[place].fate {
            guard leastSequence < delete else {
              cells[place].fate = .drop
              break
            }
            cells[place].fate = .keep
            keptVersion = timestamp
          }
          leastSequence = unsafe min(leastSequence, CellKey.sequence(key))
        }
      }
    }
  }
}
