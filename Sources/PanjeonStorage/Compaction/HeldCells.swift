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
  mutating func release(row: [UInt8], _ sink: any CellSink) throws(StoreError) {
    guard !cells.isEmpty else { return }
    decide()
    let cells = cells
    try unsafe bytes.withRawBytes { (bytes) throws(StoreError) in
      try unsafe row.withRawBytes { (row) throws(StoreError) in
        for cell in cells {
          let key = unsafe UnsafeRawBufferPointer(rebasing: bytes[cell.key])
          switch cell.fate {
          case .keep: break
          case .keepIfCounted(_, let delete?):
            try unsafe emitDelete(delete, of: key, row: row, sink)
          case .drop, .keepIfCounted, .keepWithVersion: continue
          }
          try unsafe sink.add(
            row: row, key: key, value: UnsafeRawBufferPointer(rebasing: bytes[cell.value]))
        }
      }
    }
    self.cells.removeAll(keepingCapacity: true)
    bytes.removeAll(keepingCapacity: true)
  }

  /// Passes on the delete of one version in place of one of its whole family, which is dropped.
  private func emitDelete(
    _ sequence: UInt64, of put: UnsafeRawBufferPointer, row: UnsafeRawBufferPointer,
    _ sink: any CellSink
  ) throws(StoreError) {
    var key = unsafe Array(CellKey.columnPrefix(put))
    unsafe CellKey.appendSuffix(
      timestamp: CellKey.timestamp(put), sequence: sequence, kind: .deleteVersion, to: &key)
    try unsafe key.withRawBytes { (key) throws(StoreError) in
      try unsafe sink.add(row: row, key: key, value: UnsafeRawBufferPointer(start: nil, count: 0))
    }
  }

  /// From the oldest version to the newest: one that is gone stays if one that stays, below it, counts it.
  ///
  /// Afterwards each cell's fate is to be kept, with or without the delete of its family made one of its own, or dropped.
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
        case .keepIfCounted(let bound, let delete):
          guard leastSequence < bound else {
            cells[place].fate = .drop
            break
          }
          if delete == nil { cells[place].fate = .keep }
          keptVersion = timestamp
          leastSequence = unsafe min(leastSequence, CellKey.sequence(key))
        case .keep:
          guard unsafe CellKind.isPut(CellKey.kind(key)) else { break }
          leastSequence = unsafe min(leastSequence, CellKey.sequence(key))
        }
      }
    }
  }
}
