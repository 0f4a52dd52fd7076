// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Looks through the files of a store that nobody needs to have open, and goes on behind whatever is amiss.
///
/// Takes no lock and writes nothing.
package struct StoreVerifier {
  private let directory: String
  private let fileSystem: any FileSystem
  private let isDeep: Bool
  private var pacer: ReadPacer
  private let cache = BlockCache(budget: MemoryBudget(totalBytes: 1 << 20))

  package init(
    _ directory: String, _ fileSystem: any FileSystem, isDeep: Bool,
    pacer: ReadPacer = ReadPacer()
  ) {
    self.directory = directory
    self.fileSystem = fileSystem
    self.isDeep = isDeep
    self.pacer = pacer
  }

  /// Looks at everything.
  ///
  /// Throws `notAStore` and `unsupportedFormat`, and `io` when not even the directory can be read.
  package mutating func run() throws(StoreError) -> VerificationReport {
    guard try StoreDirectory.inspect(directory, fileSystem) else {
      throw StoreDirectory.notAStore(directory, "it does not exist or is empty")
    }
    var report = VerificationReport()
    guard let (number, state) = try readManifest(&report) else { return report }
    StateVerifier(state, manifest: FileNames.manifest(number).name).run(into: &report)
    for record in Self.files(of: state) { try verify(record, state, &report) }
    verifyLog(state, &report)
    try findOrphans(state, manifest: number, &report)
    return report
  }

  private func readManifest(
    _ report: inout VerificationReport
  ) throws(StoreError) -> (UInt64, VersionState)? {
    do throws(StoreError) {
      if let found = try Manifest.read(in: directory, fileSystem) {
        let damage = try Manifest.damagedCopies(found.number, in: directory, fileSystem)
        for error in damage { report.note(.manifestCopy(error)) }
        return found
      }
      report.note(VerificationFinding(.missing, file: "CURRENT", "it is not there"))
    } catch {
      if error.code == .unsupportedFormat || error.code == .notAStore { throw error }
      report.note(VerificationFinding(.damaged, error, file: "CURRENT"))
    }
    return nil
  }

  /// One record for each file, however many regions have parts of it.
  package static func files(of state: VersionState) -> [(record: FileRecord, table: TableRecord)] {
    var seen: Set<UInt64> = []
    var files: [(FileRecord, TableRecord)] = []
    for table in state.tables {
      for region in state.regions where region.tableID == table.id {
        for group in 0..<UInt32(table.groupCount) {
          for file in state.files(regionID: region.id, group: group).all
          where seen.insert(file.number).inserted { files.append((file, table)) }
        }
      }
    }
    return files
  }

  private mutating func verify(
    _ file: (record: FileRecord, table: TableRecord), _ state: VersionState,
    _ report: inout VerificationReport
  ) throws(StoreError) {
    let name = FileNames.table(file.record.number).name
    let tableName = file.table.schema.name
    report.tableFiles += 1
    do throws(StoreError) {
      let source = try fileSystem.open(directory + "/" + name, .read)
      try CopyVerification.run(source, into: &report) { (copy, report) throws(StoreError) in
        try verify(copy, file.record, tableName, &report)
      } finding: { error, _ in
        Self.finding(error, file.record, name, tableName)
      }
    } catch {
      if error.code == .closed { throw error }
      report.note(Self.finding(error, file.record, name, tableName))
    }
  }

  private mutating func verify(
    _ file: any File, _ record: FileRecord, _ table: String, _ report: inout VerificationReport
  ) throws(StoreError) {
    let opened = try TableFile.open(file: file, number: record.number, cache: cache)
    if let difference = record.difference(from: opened) {
      report.note(
        VerificationFinding(
          .count, file: opened.path, table: table, rows: record.fileRows,
          "it is not the file that the MANIFEST names: \(difference)"))
    }
    guard isDeep else { return }
    var verifier = TableVerifier(opened, table: table)
    try verifier.run(&pacer, into: &report)
  }

  private static func finding(
    _ error: StoreError, _ record: FileRecord, _ name: String, _ table: String
  ) -> VerificationFinding {
    var finding = VerificationFinding(
      error.code == .corruption ? .damaged : .missing, error, file: name, table: table)
    finding.rows = finding.rows ?? record.fileRows
    return finding
  }

  private func verifyLog(_ state: VersionState, _ report: inout VerificationReport) {
    do throws(StoreError) {
      let chain = try LogChain(in: directory, fileSystem, from: state.minLogNumber)
      for (index, segment) in chain.segments.enumerated() {
        defer { segment.file.close() }
        let end = chain.end(of: index)
        try CopyVerification.run(segment.file, into: &report) { (copy, report) throws(StoreError) in
          let part = LogChain.Segment(
            number: segment.number, file: copy, header: segment.header)
          try LogVerifier(state).run(part, end: end, into: &report)
        } finding: { error, copy in
          // One that follows may lack the end, now or when the machine stopped.
          let isBehind = end.map { LogCopies.isBehind(copy, number: segment.number, end: $0) }
          return isBehind ?? false ? nil : VerificationFinding(.log, error, file: directory)
        }
      }
    } catch {
      report.note(VerificationFinding(.log, error, file: directory))
    }
  }

  private func findOrphans(
    _ state: VersionState, manifest: UInt64, _ report: inout VerificationReport
  ) throws(StoreError) {
    let tables = state.fileNumbers
    for name in try fileSystem.list(directory) {
      switch FileNames(name) {
      case .table(let number)? where !tables.contains(number):
        report.note(
          VerificationFinding(.orphan, file: name, "no region names it; the next open removes it"))
      case .manifest(let number)? where number != manifest:
        report.note(VerificationFinding(.orphan, file: name, "another MANIFEST is in force"))
      case nil:
        report.note(VerificationFinding(.orphan, file: name, "it is none of a store's files"))
      default: continue
      }
    }
  }
}

/// Reads the records of a segment and holds them against the regions there are.
struct LogVerifier {
  private let regions: Set<UInt64>

  init(_ state: VersionState) {
    regions = Set(state.regions.map(\.id) + state.retiredRegions.map(\.id))
  }

  /// Reads one segment.
  ///
  /// Throws `corruption`, `io`.
  func run(
    _ segment: LogChain.Segment, end: UInt64?, into report: inout VerificationReport
  ) throws(StoreError) {
    var records = 0
    let path = segment.file.path
    let tail = try unsafe LogReader.read(file: segment.file, number: segment.number, end: end) {
      (bytes, offset) throws(StoreError) in
      do throws(StoreError) {
        _ = try unsafe LogRecord.decode(bytes) { (header, _) throws(StoreError) in
          guard regions.contains(header.regionID) else {
            throw StoreError(.corruption, "a log record is for a region that does not exist")
          }
          return false
        } onCell: { _, _ in
        }
      } catch {
        throw StoreError(error.code, error.message, file: path, offset: offset)
      }
      records += 1
    }
    report.logSegments += 1
    report.logRecords += records
    report.bytesRead += tail.end
  }
}

extension FileRecord {
  /// In what a file is not the one that this record describes; nil: in nothing.
  package func difference(from file: TableFile) -> String? {
    let properties = file.properties
    if file.fileBytes != fileBytes {
      return "it has \(file.fileBytes) bytes instead of \(fileBytes)"
    }
    if properties.regionID != originRegionID { return "it was written for another region" }
    if properties.localityGroup != group { return "it was written for another locality group" }
    if properties.cellCount != cellCount { return "it has another number of cells" }
    let hasSameRows =
      properties.smallestRow == smallestRow && properties.largestRow == largestRow
    return hasSameRows ? nil : "it has other rows"
  }
}
