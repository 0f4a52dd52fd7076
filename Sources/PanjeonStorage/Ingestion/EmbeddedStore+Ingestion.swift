// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

extension EmbeddedStore {
  /// Adds many rows at once, given in order: past the log and the memtables, all visible together or none.
  ///
  /// For loading data. The SSTables are written as the rows come, one for each region and locality group; one edit of the
  /// MANIFEST enters them, under one sequence above that of every commit before. When it returns, the rows, and every commit
  /// before them, are as durable as `disk` and visible to reads and snapshots that begin then; snapshots taken before do not
  /// see them. Commits go on meanwhile, and wait for two syncs at the end. Rows that exist get further versions of their
  /// cells, as by puts. See <doc:Ingestion>. After RocksDB's SstFileWriter and IngestExternalFile.
  ///
  /// ```swift
  /// let report = try await store.ingest(into: "user") { writer in
  ///   for user in usersByRow {
  ///     var put = Put(user.row)
  ///     put.add(family: "data", qualifier: "name", value: user.name)
  ///     try await writer.append(put)
  ///   }
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - table: The table.
  ///   - bypassingTransactions: Whether a table with the family `!lock!` is taken too. Transactions that have read rows of it do not
  ///     notice what is added; load before the first one begins. By default such a table is refused.
  ///   - body: Appends the rows, ascending by their bytes, each once. When it throws, nothing has happened.
  /// - Returns: What was added.
  /// - Throws: What `body` throws, and what ``IngestionWriter/append(_:)`` has thrown, even if `body` caught it; `StoreError`s:
  ///   `noSuchTable`; `invalidArgument` for a table that takes part in transactions; `unavailable` while another ingestion is under way, or when the store was resumed meanwhile; `readOnly`,
  ///   `io`, `noSpace`, `closed`: nothing has happened. `unknownOutcome` when the MANIFEST could not be written: the rows
  ///   are not there now, nor after ``resume()``, but may be after a crash, all of them.
  public func ingest(
    into table: String, bypassingTransactions: Bool = false,
    _ body: (inout IngestionWriter) async throws -> Void
  ) async throws -> IngestionReport {
    try requireOpen()
    let background = try requireWritable()
    let handle = try catalog.table(table)
    if handle.isTransactional, !bypassingTransactions {
      throw StoreError(
        .invalidArgument,
        "table '\(table)' takes part in transactions; ingest with bypassingTransactions, before the first one begins"
      )
    }
    let place = try background.ingestion.begin()
    defer { background.ingestion.end() }
    let files = IngestionFiles(background.environment, handle)
    // What the MANIFEST may name must stay.
    var isNamed = false
    do {
      var writer = IngestionWriter(
        files, handle, sequence: place.sequence, timestamp: place.timestamp, limits)
      try await body(&writer)
      let written = try await writer.finish()
      if !written.isEmpty {
        do throws(StoreError) {
          let catalog = catalog
          try await background.regions.run { _ throws(StoreError) in
            let present = catalog.table(id: handle.record.id)
            if present?.isTransactional == true, !handle.isTransactional {
              throw StoreError(
                .unavailable, "table '\(table)' came to take part in transactions meanwhile")
            }
            try background.ingestion.enter(written, at: place)
          }
        } catch {
          isNamed = error.code == .unknownOutcome
          throw error
        }
      }
      return writer.report
    } catch {
      if !isNamed {
        try await Self.blocking { () throws(StoreError) in files.discard() }
      }
      throw error
    }
  }
}
