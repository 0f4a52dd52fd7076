// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// One moment of a store, held for a backup: its state, and its SSTables, open.
///
/// A compaction may remove their names meanwhile; what is open can be read on.
struct BackupSource: Sendable {
  let state: VersionState
  /// One record for each file.
  let records: [FileRecord]
  let tables: [UInt64: TableFile]
}

extension BackgroundWork {
  /// Flushes everything in memory and holds what the store then consists of.
  ///
  /// For the one thread that changes regions. Throws `io`, `noSpace`, `readOnly`.
  func holdMoment() throws(StoreError) -> BackupSource {
    var source: BackupSource?
    try flush.withGatesClosed { () throws(StoreError) in
      try flush.run(isLogNeeded: true)
      let state = environment.versions.state
      var tables: [UInt64: TableFile] = [:]
      for group in environment.catalog.all.flatMap(\.regions).flatMap(\.view.groups) {
        for table in group.upper + group.bottom { tables[table.number] = table.file }
      }
      source = BackupSource(
        state: state, records: StoreVerifier.files(of: state).map(\.record), tables: tables)
    }
    guard let source, Set(source.tables.keys) == source.state.fileNumbers else {
      preconditionFailure("the views and the MANIFEST disagree on the files of the store")
    }
    return source
  }
}
