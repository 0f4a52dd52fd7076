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
      try versions.readBack()
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
      let opened = try TableFile.open(
        file: try fileSystem.open(path, .read), number: expected.number,
        cache: BlockCache(budget: MemoryBudget(totalBytes: 1 << 20)))
      if opened.properties != expected.properties || opened.fileBytes != expected.fileBytes {
        report.note(
          VerificationFinding(
            .count, file: path, table: expected.table, rows: expected.properties.rows,
            "it is not the file that was opened"))
      }
      guard isDeep else { return }
      var verifier = TableVerifier(opened, table: expected.table)
      try verifier.run(&pacer, into: &report)
    } catch {
      if error.code == .closed { throw error }
      // A file that a compaction has replaced since is gone.
      guard expectation(of: expected.number) != nil else { return }
      var finding = VerificationFinding(
        error.code == .corruption ? .damaged : .missing, error, file: path, table: expected.table)
      finding.rows = finding.rows ?? expected.properties.rows
      report.note(finding)
    }
  }

  /// Reads the segments that have ended and are still needed.
  private func verifyLog(_ report: inout VerificationReport) throws(StoreError) {
    guard let versions, let segments else { return }
    for number in segments.liveNumbers.dropLast() {
      // The state after the segments: it knows every region that they name, while they are needed.
      let state = versions.state
      do throws(StoreError) {
        let path = FileNames.path(directory, .log(number))
        let file = try fileSystem.open(path, .read)
        defer { file.close() }
        let end = segments.end(of: number)
        guard let end, let header = try LogReader.header(file: file, number: number) else {
          throw StoreError(
            .corruption, "the log segment has lost its header", file: path, offset: 0)
        }
        try LogVerifier(state).run(
          LogChain.Segment(number: number, file: file, header: header), end: end, into: &report)
      } catch {
        // A segment that has been given up since is overwritten, or gone.
        let isNeeded = number >= versions.state.minLogNumber
        guard isNeeded, segments.liveNumbers.contains(number) else { continue }
        report.note(VerificationFinding(.log, error, file: FileNames.log(number).name))
      }
    }
  }
}
