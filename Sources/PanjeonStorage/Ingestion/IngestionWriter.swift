// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// Takes the rows of an ingestion, in order; see `EmbeddedStore.ingest(into:bypassingTransactions:_:)`.
///
/// Passed `inout`, so that two tasks cannot append at once, and none after the end.
public struct IngestionWriter: ~Copyable {
  /// How much is gathered before it is written, in bytes.
  private static let bufferBytes = 1 << 20

  private let files: IngestionFiles
  private let table: TableHandle
  private let sequence: UInt64
  private let timestamp: Int64
  private let limits: StoreLimits
  private var buffer: [IngestionRow] = []
  private var bufferedBytes = 0
  private var lastRow: Bytes?
  private var failure: StoreError?
  private(set) var report = IngestionReport()

  init(
    _ files: IngestionFiles, _ table: TableHandle, sequence: UInt64, timestamp: Int64,
    _ limits: StoreLimits
  ) {
    self.files = files
    self.table = table
    self.sequence = sequence
    self.timestamp = timestamp
    self.limits = limits
  }

  /// Adds a row with all its cells, behind the last one.
  ///
  /// Rows are gathered and written about a megabyte at a time, on a thread of the store's own. Once it has thrown, the
  /// ingestion comes to nothing, and every later call throws the same.
  ///
  /// - Parameter put: The row; a cell without a timestamp gets the moment when the ingestion began.
  /// - Throws: `invalidArgument` when the row does not sort behind the last one, has no cells, or one cell twice;
  ///   `noSuchFamily`, `limitExceeded`; `io`, `noSpace`, `closed`.
  public mutating func append(_ put: Put) async throws(StoreError) {
    if let failure { throw failure }
    do throws(StoreError) {
      try add(put)
      if bufferedBytes >= Self.bufferBytes { try await write() }
    } catch {
      failure = error
      throw error
    }
  }

  private mutating func add(_ put: Put) throws(StoreError) {
    try limits.check(row: put.row)
    if let lastRow, put.row <= lastRow {
      let what =
        put.row == lastRow ? "stands twice; give all its cells at once" : "follows '\(lastRow)'"
      throw StoreError(
        .invalidArgument, "rows to ingest must ascend by their bytes: '\(put.row)' \(what)")
    }
    let row = try IngestionRow(
      put, in: table, sequence: sequence, timestamp: timestamp, limits)
    report.rows += 1
    report.cells += row.cells.count
    bufferedBytes += row.byteCount + row.cells.reduce(0) { $0 + $1.key.count }
    lastRow = row.row
    buffer.append(row)
  }

  private mutating func write() async throws(StoreError) {
    let rows = buffer
    buffer = []
    bufferedBytes = 0
    try await EmbeddedStore.blocking { [files] () throws(StoreError) in try files.write(rows) }
  }

  /// Ends the files; returns them.
  mutating func finish() async throws(StoreError) -> [IngestedFile] {
    if let failure { throw failure }
    try await write()
    let written = try await EmbeddedStore.blocking { [files] () throws(StoreError) in
      try files.finish()
    }
    report.files = written.count
    report.fileBytes = written.reduce(0) { $0 + $1.table.bytes }
    return written
  }
}

/// What an ingestion has added.
public struct IngestionReport: Hashable, Sendable {
  /// How many rows.
  public var rows = 0

  /// How many cells.
  public var cells = 0

  /// How many SSTables: one for each region and locality group that the rows fell into.
  public var files = 0

  /// The bytes of these.
  public var fileBytes: UInt64 = 0
}
