// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Writes one SSTable to a backup directory, under a temporary name, and reads the copy through.
struct BackupTableWriter {
  private let directory: String
  private let fileSystem: any FileSystem

  init(_ directory: String, _ fileSystem: any FileSystem) {
    self.directory = directory
    self.fileSystem = fileSystem
  }

  /// Copies a file; when it returns, the copy is on disk but for its name, and sound.
  ///
  /// If the store has several copies of it, the first that is sound is the one.
  ///
  /// - Parameters:
  ///   - record: What the MANIFEST says of the file.
  ///   - table: The file.
  ///   - tailHash: That of its last bytes.
  ///   - pacer: Ends it when the store closes.
  /// - Returns: What the backup's description says of it.
  /// - Throws: `corruption` when the file or the copy is damaged; `io`, `noSpace`, `closed`.
  func run(
    _ record: FileRecord, _ table: TableFile, tailHash: UInt64, _ pacer: inout ReadPacer
  ) throws(StoreError) -> BackupDescription.File {
    try TableCopies.first(of: table.file) { (source) throws(StoreError) in
      try write(record, table, from: source, tailHash: tailHash, &pacer)
    }
  }

  private func write(
    _ record: FileRecord, _ table: TableFile, from source: any File, tailHash: UInt64,
    _ pacer: inout ReadPacer
  ) throws(StoreError) -> BackupDescription.File {
    let path = BackupNames.path(directory, .tableTemporary)
    if try fileSystem.exists(path) { try fileSystem.remove(path) }
    let target = try fileSystem.open(path, .createNew)
    defer { target.close() }
    let (checksum, bytes) = try FileCopy.copy(
      table.fileBytes,
      { (range) throws(StoreError) in try source.readUpTo(range.count, at: range.lowerBound) },
      to: target, &pacer)
    do throws(StoreError) {
      try verify(target, record, &pacer)
    } catch {
      guard error.code == .corruption else { throw error }
      throw StoreError(
        .corruption,
        "a file of the store cannot be backed up: \(error.message) (verify(isDeep:) tells whether the store is at fault)",
        file: table.path, offset: error.offset, rows: error.rows ?? record.fileRows)
    }
    return BackupDescription.File(
      number: record.number, bytes: bytes, checksum: checksum, tailHash: tailHash)
  }

  /// Reads every block, and holds the file against what the MANIFEST says of it.
  private func verify(
    _ file: any File, _ record: FileRecord, _ pacer: inout ReadPacer
  ) throws(StoreError) {
    let copy = try TableFile.open(
      file: file, number: record.number,
      cache: BlockCache(budget: MemoryBudget(totalBytes: 1 << 20)))
    if let difference = record.difference(from: copy) {
      throw StoreError(.corruption, "it is not the one the MANIFEST names: \(difference)")
    }
    var report = VerificationReport()
    var verifier = TableVerifier(copy)
    try verifier.run(&pacer, into: &report)
    if let finding = report.findings.first(where: \.isDamage) {
      throw StoreError(
        .corruption, finding.message, offset: finding.offset, rows: finding.rows)
    }
  }
}
