// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Verifies the files of an open store, through the handles that its readers have.
package struct OnlineVerifier: Sendable {
  private let catalog: Catalog
  private let directory: String
  private let fileSystem: any FileSystem
  /// Nil of a store that is only read, and whose log is somebody else's.
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
    if let state = versions?.state {
      StateVerifier(state, manifest: "MANIFEST").run(into: &report)
    }
    for (file, table) in files {
      report.tableFiles += 1
      checkDirectory(file, table, &report)
      guard isDeep else { continue }
      var verifier = TableVerifier(file, table: table)
      try verifier.run(&pacer, into: &report)
    }
    try verifyLog(&report)
    return report
  }

  /// The files of all views, each once: whoever holds one can read it to its end, though a compaction removes it.
  private var files: [(file: TableFile, table: String)] {
    var seen: Set<UInt64> = []
    var files: [(TableFile, String)] = []
    for table in catalog.all {
      for group in table.regions.flatMap(\.view.groups) {
        for part in group.upper + group.bottom where seen.insert(part.number).inserted {
          files.append((part.file, table.schema.name))
        }
      }
    }
    return files
  }

  /// A name that is gone is no loss before the next open, and then one of everything.
  private func checkDirectory(
    _ file: TableFile, _ table: String, _ report: inout VerificationReport
  ) {
    do throws(StoreError) {
      if try fileSystem.exists(file.path) { return }
      // A compaction may have removed it since.
      guard files.contains(where: { $0.file === file }) else { return }
      report.note(
        VerificationFinding(
          .missing, file: file.path, table: table,
          rows: KeyRange(
            from: file.properties.smallestRow, to: file.properties.largestRow.successor),
          "the file has been removed under the open store"))
    } catch {
      report.note(VerificationFinding(.missing, error, file: file.path, table: table))
    }
  }

  /// Reads the segments that have ended and are still needed.
  private func verifyLog(_ report: inout VerificationReport) throws(StoreError) {
    guard let versions, let segments else { return }
    let verifier = LogVerifier(versions.state)
    for number in segments.liveNumbers.dropLast() {
      do throws(StoreError) {
        let path = FileNames.path(directory, .log(number))
        let file = try fileSystem.open(path, .read)
        defer { file.close() }
        let end = segments.end(of: number)
        guard let end, let header = try LogReader.header(file: file, number: number) else {
          throw StoreError(
            .corruption, "the log segment has lost its header", file: path, offset: 0)
        }
        try verifier.run(
          LogChain.Segment(number: number, file: file, header: header), end: end, into: &report)
      } catch {
        // A segment that has been given up since is overwritten, or gone.
        guard segments.liveNumbers.contains(number) else { continue }
        report.note(VerificationFinding(.log, error, file: FileNames.log(number).name))
      }
    }
  }
}
