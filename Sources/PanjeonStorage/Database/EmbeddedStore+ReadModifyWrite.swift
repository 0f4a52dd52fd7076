// SPDX-License-Identifier: Apache-2.0

public import WideColumn

extension EmbeddedStore: ReadModifyWriteStore {
  /// Changes one row atomically, only if every condition holds, and returns what its increments and appends have written.
  ///
  /// Throws as ``checkAndMutate(_:in:durability:)``; `invalidArgument`, with nothing written, when the value of a column to be
  /// incremented is no integer or the sum leaves the range of 64 bits.
  public func readModifyWrite(
    _ operation: CheckAndMutate, in table: String, durability: Durability
  ) async throws(StoreError) -> RowResult? {
    let batch = AtomicBatch(operations: [BatchOperation(table: table, operation: operation)])
    var newest: [Column: Cell] = [:]
    let outcome = try await commit(batch, since: nil, durability: durability) { cell in
      newest[cell.column] = cell
    }
    guard outcome == .committed else { return nil }
    let cells = newest.values.sorted { $0.column < $1.column }
    return RowResult(row: operation.row, cells: cells)
  }
}

extension ResolvedBatch {
  /// Hands on what increments and appends have become, with their timestamps.
  func forEachWrite(_ body: (Cell) -> Void) {
    for write in writes {
      let timestamp = write.timestamp ?? Timestamp(microseconds: batch.timestamp)
      body(Cell(column: write.column, timestamp: timestamp, value: write.value))
    }
  }
}
