// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// The rows of a scan of an embedded store.
///
/// Rows that are in memory are read where the caller runs; when a block must come from disk, or many deleted rows are passed over,
/// a batch of rows is read on one of the store's I/O threads. Holds its snapshot until it is released.
///
/// Rows are read a few at once, up to 64 or 32 KiB of them, and share memory: who keeps one of them for long and lets the others go does well to
/// copy what it needs of it.
public struct StoreCursor: RowCursor {
  /// How many rows one trip to an I/O thread brings at the most.
  package static let batchRowsMax = 128

  /// How many bytes one trip to an I/O thread brings at the most, but for its last row.
  package static let batchBytesMax = 1 << 20

  private let scanner: TableScanner
  private let executor: IOExecutor
  private let lifecycle: StoreLifecycle
  private var batch = RowBatch()

  package init(_ scanner: TableScanner, executor: IOExecutor, lifecycle: StoreLifecycle) {
    self.scanner = scanner
    self.executor = executor
    self.lifecycle = lifecycle
  }

  /// Returns the next row, or nil after the last.
  ///
  /// Throws `corruption`, `io` or `closed`.
  public mutating func next() async throws(StoreError) -> RowResult? {
    if let row = batch.next() { return row }
    if !lifecycle.isOpen { throw .storeClosed }
    do {
      batch = try scanner.nextRows(.cacheOnly)
    } catch {
      guard error.code == .wouldBlock else { throw error }
      batch = try await nextBatch()
    }
    return batch.next()
  }

  private func nextBatch() async throws(StoreError) -> RowBatch {
    let scanner = scanner
    while true {
      if !lifecycle.isOpen { throw .storeClosed }
      let rows = try await executor.run { () throws(StoreError) in
        try scanner.nextBatch(rowsMax: Self.batchRowsMax, bytesMax: Self.batchBytesMax)
      }
      if !rows.isEmpty || !scanner.isPaused { return rows }
    }
  }
}
