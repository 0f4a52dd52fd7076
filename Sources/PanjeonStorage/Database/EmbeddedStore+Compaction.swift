// SPDX-License-Identifier: Apache-2.0

public import WideColumn

extension EmbeddedStore {
  /// Rewrites what a table holds of some rows, in memory and in SSTables; durable when it returns.
  ///
  /// Afterwards the rows stand in the bottom level alone, without what is deleted, has expired or is more than the families keep
  /// (as far as no open snapshot sees it), compressed as the schema says now. Nobody needs to call it: files are compacted when it
  /// is worth it. It is for what cannot wait: after much has been deleted, before a store is copied, or when a schema has changed.
  /// All memory is flushed, and each file that holds one of the rows is read and written once, which takes a while; reads and
  /// commits go on. HBase's major compaction, RocksDB's CompactRange.
  ///
  /// - Parameters:
  ///   - table: The table.
  ///   - rows: The rows; by default all.
  /// - Throws: `noSuchTable`; `invalidArgument` for an inverted range; `corruption` when one of the files is damaged;
  ///   `readOnly`, `io`, `noSpace`, `closed`. What has been rewritten until then stays so. When the table is dropped meanwhile, it
  ///   returns. A task that is cancelled waits nevertheless.
  public func compact(table: String, rows: KeyRange = .all) async throws(StoreError) {
    try rows.requireInOrder("the rows to compact")
    try requireOpen()
    let background = try requireWritable()
    let catalog = catalog
    let request = try await background.regions.run {
      _ throws(StoreError) -> CompactionRequests.Request? in
      let handle = try catalog.table(table)
      if rows.isEmpty { return nil }
      var request: CompactionRequests.Request?
      // With the gates closed: a compaction that began between the flush and the request would know of the one and not of the other.
      try background.flush.withGatesClosed { () throws(StoreError) in
        try background.flush.run(isLogNeeded: true)
        request = background.requestCompaction(of: rows, in: handle)
      }
      return request
    }
    guard let request else { return }
    try await Self.blocking { () throws(StoreError) in try background.waitFor(request) }
  }
}
