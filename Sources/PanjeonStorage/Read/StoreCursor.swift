// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// The rows of a scan of an embedded store.
///
/// Rows that are in memory are read where the caller runs; when a block must come from disk, or many deleted rows are passed over,
/// a batch of rows is read on one of the store's I/O threads. Holds its snapshot until it is released.
public struct StoreCursor: RowCursor {
  /// How many rows one trip to an I/O thread brings at the most.
  package static let batchRowsMax = 128

  /// How many bytes one trip to an I/O thread brings at the most, but for its last row.
  package static let batchBytesMax = 1 << 20

  private let scanner: TableScanner
  private let executor: IOExecutor
  private let lifecycle: StoreLifecycle
  private var batch: [RowResult] = []
  private var taken = 0

  package init(_ scanner: TableScanner, executor: IOExecutor, lifecycle: StoreLifecycle) {
    self.scanner = scanner
    self.executor = executor
    self.lifecycle = lifecycle
  }

  /// Returns the next row, or nil after the last.
  ///
  /// Throws `corruption`, `io` or `closed`.
  public mutating func next() async throws(StoreError) -> RowResult? {
    if taken < batch.count {
      taken += 1
      return batch[taken - 1]
    }
    if !lifecycle.isOpen { throw .storeClosed }
    do {
      return try scanner.nextRow(.cacheOnly)
    } catch {
      guard error.code == .wouldBlock else { throw error }
    }
    let scanner = scanner
    repeat {
      if !lifecycle.isOpen { throw .storeClosed }
      batch = try await executor.run { () throws(StoreError) in
        try scanner.nextBatch(rowsMax: Self.batchRowsMax, bytesMax: Self.batchBytesMax)
      }
    } while batch.isEmpty && scanner.isPaused
    taken = batch.isEmpty ? 0 : 1
    return batch.first
  }
}
