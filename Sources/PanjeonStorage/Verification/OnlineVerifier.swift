// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Verifies the files of an open store while it works on.
///
/// Every file is opened once more, so that what is on the disk is looked at and not what is in memory. What goes meanwhile is
/// passed over: nothing is held on to.
package struct OnlineVerifier: Sendable {
  private let catalog: Catalog
  private let directory: String
  private let fileSystem: any FileSystem
  /// Nil of a store that is only read, and whose MANIFEST and log are somebody else's.
  private let versions: VersionSet?
  private let segments: LogSegments?

  package init(
    _ catalog: Catalog, _ directory: String, _ fileSystem: any FileSystem, _ versions: VersionSet?,
    _ segments: LogSegments?
  ) {
    self.catalog = catalog
    self.directory = directory
    self.fileSystem = fileSystem
    self.versions = versions
    self.segments = segments
  }

  /// Looks at everything.
  ///
  /// Throws `closed` when the pacer ends it.
  package func run(
    isDeep: Bool, _ pacer: inout ReadPacer
  ) throws(StoreError) -> VerificationReport {
    var report = VerificationReport()
    verifyManifest(&report)
    for number in numbers.sorted() {
      // Only now: it may be gone since.
      guard let expected = expectation(of: number) else { continue }
      try verify(expected, isDeep, &pacer, &report)
    }
    try verifyLog(&report)
    return report
  }

  private func verifyManifest(_ report: inout VerificationReport) {
    guard let versions else { return }
    StateVerifier(versions.state, manifest: "MANIFEST").run(into: &report)
    do throws(StoreError) {
      for error in try versions.readBack() { report.note(.manifestCopy(error)) }
    } catch {
      let kind: VerificationFinding.Kind = error.code == .corruption ? .damaged : .missing
      report.note(VerificationFinding(kind, error, file: "MANIFEST"))
    }
  }

  /// What a file said of itself when it was opened.
  private struct Expectation {
    var number: UInt64
    var properties: TableProperties
    var fileBytes: UInt64
    var table: String
  }

  private var numbers: Set<UInt64> {
    var numbers: Set<UInt64> = []
    for group in catalog.all.flatMap(\.regions).flatMap(\.view.groups) {
      numbers.formUnion((group.upper + group.bottom).map(\.number))
    }
    return numbers
  }

  /// Nil when no region has the file any more.
  private func expectation(of number: UInt64) -> Expectation? {
    for table in catalog.all {
      for group in table.regions.flatMap(\.view.groups) {
        guard let found = (group.upper + group.bottom).first(where: { $0.number == number }) else {
          continue
        }
        return Expectation(
          number: number, properties: found.properties, fileBytes: found.file.fileBytes,
          table: table.schema.name)
      }
    }
    return nil
  }

  private func verify(
    _ expected: Expectation, _ isDeep: Bool, _ pacer: inout ReadPacer,
    _ report: inout VerificationReport
  ) throws(StoreError) {
    let path = FileNames.path(directory, .table(expected.number))
    report.tableFiles += 1
    do throws(StoreError) {
      try CopyVerification.run(try fileSystem.open(path, .read), into: &report) {
        (file, report) throws(StoreError) in
        try verify(file, expected, isDeep, &pacer, &report)
      } finding: { error, copy in
        finding(error, expected, copy.path)
      }
    } catch {
      if error.code == .closed { throw error }
      if let finding = finding(error, expected, path) { report.note(finding) }
    }
  }

  private func verify(
    _ file: any File, _ expected: Expectation, _ isDeep: Bool, _ pacer: inout ReadPacer,
    _ report: inout VerificationReport
  ) throws(StoreError) {
    let opened = try TableFile.open(
      file: file, number: expected.number,
      cache: BlockCache(budget: MemoryBudget(totalBytes: 1 << 20)))
    if opened.properties != expected.properties || opened.fileBytes != expected.fileBytes {
      report.note(
        VerificationFinding(
          .count, file: opened.path, table: expected.table, rows: expected.properties.rows,
          "it is not the file that was opened"))
    }
    guard isDeep else { return }
    var verifier = TableVerifier(opened, table: expected.table)
    try verifier.run(&pacer, into: &report)
  }

  /// Nil when a compaction has replaced the file since, so that it is gone.
  private func finding(
    _ error: StoreError, _ expected: Expectation, _ path: String
  ) -> VerificationFinding? {
    guard expectation(of: expected.number) != nil else { return nil }
    var finding = VerificationFinding(
      error.code == .corruption ? .damaged : .missing, error, file: path, table: expected.table)
    finding.rows = finding.rows ?? expected.properties.rows
    return finding
  }

  /// Reads the segments that have ended and are still needed.
  private func verifyLog(_ report: inout VerificationReport) throws(StoreError) {
    guard let versions, let segments else { return }
    for number in segments.liveNumbers.dropLast() {
      // The state after the segments: it knows every region that they name, while they are needed.
      let state = versions.state
      do throws(StoreError) {
        let file = try fileSystem.open(FileNames.path(directory, .log(number)), .read)
        defer { file.close() }
        let end = segments.end(of: number)
        try CopyVerification.run(file, into: &report) { (copy, report) throws(StoreError) in
          // A copy that follows may be behind; when the file has been synced none is.
          if let end, copy !== file, LogCopies.isBehind(copy, number: number, end: end) {
            try file.sync()
          }
          try verifySegment(number, copy, end: end, LogVerifier(state), &report)
        } finding: { error, _ in
          isNeeded(number, versions, segments)
            ? VerificationFinding(.log, error, file: FileNames.log(number).name) : nil
        }
      } catch {
        guard isNeeded(number, versions, segments) else { continue }
        report.note(VerificationFinding(.log, error, file: FileNames.log(number).name))
      }
    }
  }

  private func verifySegment(
    _ number: UInt64, _ file: any File, end: UInt64?, _ verifier: LogVerifier,
    _ report: inout VerificationReport
  ) throws(StoreError) {
    guard let end, let header = try LogReader.header(file: file, number: number) else {
      throw StoreError(
        .corruption, "the log segment has lost its header", file: file.path, offset: 0)
    }
    try verifier.run(
      LogChain.Segment(number: number, file: file, header: header), end: end, into: &report)
  }

  /// A segment that has been given up since is overwritten, or gone.
  private func isNeeded(
    _ number: UInt64, _ versions: VersionSet, _ segments: LogSegments
  ) -> Bool {
    number >= versions.state.minLogNumber && segments.liveNumbers.contains(number)
  }
}
