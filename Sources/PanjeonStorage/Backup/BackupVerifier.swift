// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Reads a backup through: its description, and every byte of every file it names.
struct BackupVerifier {
  private let directory: String
  private let fileSystem: any FileSystem

  init(_ directory: String, _ fileSystem: any FileSystem) {
    self.directory = directory
    self.fileSystem = fileSystem
  }

  /// Looks at everything; what is amiss is a finding, and the looking goes on.
  ///
  /// Throws `invalidArgument` when there is no such backup, `io` when the directory cannot be read.
  func run(_ number: UInt64) throws(StoreError) -> VerificationReport {
    try BackupListing(directory, fileSystem).requireBackup(number)
    var report = VerificationReport()
    let name = BackupNames.description(number).name
    do throws(StoreError) {
      let description = try BackupListing.read(number, in: directory, fileSystem)
      let state = try description.state(path: name)
      StateVerifier(state, manifest: name).run(into: &report)
      let files = Dictionary(
        description.files.map { ($0.number, $0) }, uniquingKeysWith: { first, _ in first })
      for (record, table) in StoreVerifier.files(of: state) {
        guard let file = files[record.number] else { continue }
        verify(
          record, file, description.name(of: file), table: table.schema.name, &report)
      }
    } catch {
      report.note(
        VerificationFinding(
          error.code == .io ? .missing : .damaged, error, file: name))
    }
    return report
  }

  private func verify(
    _ record: FileRecord, _ expected: BackupDescription.File, _ name: BackupNames, table: String,
    _ report: inout VerificationReport
  ) {
    report.tableFiles += 1
    let path = BackupNames.path(directory, name)
    var pacer = ReadPacer()
    do throws(StoreError) {
      let opened = try TableFile.open(
        file: try fileSystem.open(path, .read), number: record.number,
        cache: BlockCache(budget: MemoryBudget(totalBytes: 1 << 20)))
      let checksum = try FileCopy.checksum(
        of: opened.fileBytes,
        { (range) throws(StoreError) in try opened.readBytes(range) }, &pacer)
      if opened.fileBytes != expected.bytes || checksum != expected.checksum {
        report.note(
          VerificationFinding(
            .damaged, file: name.name, table: table, rows: record.fileRows,
            "its checksum or its length is not what the backup's description says"))
      }
      if let difference = record.difference(from: opened) {
        report.note(
          VerificationFinding(
            .count, file: name.name, table: table, rows: record.fileRows,
            "it is not the file that the backup's state names: \(difference)"))
      }
      var verifier = TableVerifier(opened, table: table)
      try verifier.run(&pacer, into: &report)
    } catch {
      var finding = VerificationFinding(
        error.code == .corruption ? .damaged : .missing, error, file: name.name, table: table)
      finding.rows = finding.rows ?? record.fileRows
      report.note(finding)
    }
  }
}
