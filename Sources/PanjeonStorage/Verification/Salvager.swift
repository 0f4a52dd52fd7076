// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
package import WideColumn

/// Opens for reading what can be read of a damaged store, and says what cannot.
///
/// The article *Corruption* has the rules. Writes nothing.
package final class Salvager: Sendable {
  private let directory: String
  private let configuration: StoreConfiguration
  private let fileSystem: any FileSystem
  private let report = Mutex(VerificationReport())

  /// - Parameters:
  ///   - directory: The store's directory.
  ///   - configuration: Sizes, bounds, file system, clock.
  ///   - damage: Why the store's other volumes are not known, if that is so.
  package init(
    _ directory: String, _ configuration: StoreConfiguration, damage: StoreError? = nil
  ) {
    self.directory = directory
    self.configuration = configuration
    fileSystem = configuration.fileSystem
    if let damage { note(VerificationFinding(.damaged, damage, file: VolumeRecordFile.name)) }
  }

  /// Opens the store.
  ///
  /// Throws `notAStore` when there is no MANIFEST at all, `corruption` when none can be read, `io`.
  package func open() throws(StoreError) -> (store: EmbeddedStore, report: VerificationReport) {
    let begin = configuration.timeSource.monotonicNanoseconds()
    OpenFilesLimit.raise()
    try StoreDirectory.requireOwn(directory, try fileSystem.list(directory), fileSystem)
    var (number, state, isWhole) = try findState()
    if !isWhole {
      let adopted = try FileAdoption(directory, fileSystem).run(into: &state)
      for finding in adopted { note(finding) }
    }
    let tableNames = Self.tableNames(state)
    let loader = StoreLoader(directory, configuration) { [self] record, cache throws(StoreError) in
      try openFile(record, table: tableNames[record.regionID], cache)
    }
    var loaded = try loader.load(state, manifest: number)
    // The files may know of later commits than the MANIFEST and the log.
    for group in loaded.catalog.all.flatMap(\.regions).flatMap(\.view.groups) {
      let newest = (group.upper + group.bottom).map(\.properties.largestSequence).max() ?? 0
      loaded.lastSequence = max(loaded.lastSequence, newest)
    }
    try replayLog(&loaded)
    let store = EmbeddedStore(readOnly: loaded, directory, configuration, begunAt: begin)
    return (store, report.withLock { $0 })
  }

  private func note(_ finding: VerificationFinding) {
    report.withLock { $0.note(finding) }
  }

  private static func tableNames(_ state: VersionState) -> [UInt64: String] {
    let names = Dictionary(
      state.tables.map { ($0.id, $0.schema.name) }, uniquingKeysWith: { first, _ in first })
    return Dictionary(
      state.regions.compactMap { region in names[region.tableID].map { (region.id, $0) } },
      uniquingKeysWith: { first, _ in first })
  }

  // MARK: The MANIFEST

  /// The state of the MANIFEST in force, or, when that or `CURRENT` is damaged, of the newest that can be read.
  private func findState() throws(StoreError) -> (UInt64, VersionState, isWhole: Bool) {
    var candidates = try manifestNumbers()
    do throws(StoreError) {
      if let current = try CurrentFile.read(in: directory, fileSystem) {
        candidates.removeAll { $0 == current }
        candidates.insert(current, at: 0)
      } else {
        note(VerificationFinding(.missing, file: "CURRENT", "it is not there"))
      }
    } catch {
      if error.code == .unsupportedFormat { throw error }
      note(VerificationFinding(.damaged, error, file: "CURRENT"))
    }
    var lastError = StoreDirectory.notAStore(directory, "it has no MANIFEST")
    for number in candidates {
      do throws(StoreError) {
        let (state, damage) = try Manifest.readPrefix(number, in: directory, fileSystem)
        if let damage {
          note(VerificationFinding(.damaged, damage, file: FileNames.manifest(number).name))
        }
        return (number, state, damage == nil && number == candidates[0])
      } catch {
        if error.code == .unsupportedFormat { throw error }
        note(VerificationFinding(.damaged, error, file: FileNames.manifest(number).name))
        lastError = error
      }
    }
    throw lastError
  }

  private func manifestNumbers() throws(StoreError) -> [UInt64] {
    try fileSystem.list(directory).compactMap { name in
      if case .manifest(let number)? = FileNames(name) { number } else { nil }
    }.sorted(by: >)
  }

  // MARK: The SSTables

  /// Opens a file without the blocks that cannot be read; nil when it cannot be opened at all.
  private func openFile(
    _ record: FileRecord, table: String?, _ cache: BlockCache
  ) throws(StoreError) -> TableFile? {
    let path = FileNames.path(directory, .table(record.number))
    var found = VerificationReport()
    defer { for finding in found.findings { note(finding) } }
    do throws(StoreError) {
      let opened = try TableFile.open(record, in: directory, fileSystem, cache)
      var verifier = TableVerifier(opened, table: table)
      var pacer = ReadPacer()
      try verifier.run(&pacer, into: &found)
      if verifier.damagedBlocks.isEmpty { return opened }
      return opened.leavingOut(verifier.damagedBlocks, of: try fileSystem.open(path, .read))
    } catch {
      let kind: VerificationFinding.Kind = error.code == .corruption ? .damaged : .missing
      var finding = VerificationFinding(kind, error, file: path, table: table)
      finding.rows = finding.rows ?? record.fileRows
      found.note(finding)
      return nil
    }
  }

  // MARK: The log

  private func replayLog(_ loaded: inout LoadedStore) throws(StoreError) {
    var replayer = LogReplayer(loaded, memtableBytesMax: configuration.memtableBytesMax)
    let numbers = try LogChain.numbers(
      in: directory, fileSystem, from: loaded.state.minLogNumber)
    var headers: [UInt64: LogSegmentHeader] = [:]
    for number in numbers { headers[number] = header(of: number) }
    for number in numbers {
      let next = headers.values.first { $0.previousNumber == number }
      try replay(number, end: next?.previousEnd, &replayer)
      if let header = headers[number], header.previousNumber >= loaded.state.minLogNumber,
        header.previousNumber != 0, !numbers.contains(header.previousNumber)
      {
        note(
          VerificationFinding(
            .log, file: FileNames.log(header.previousNumber).name, "the segment is missing"))
      }
    }
    replayer.finish()
    loaded.lastSequence = max(loaded.lastSequence, replayer.lastSequence)
    loaded.lastTimestamp = max(loaded.lastTimestamp, replayer.lastTimestamp)
    loaded.report.recordsReplayed = replayer.records
  }

  private func header(of number: UInt64) -> LogSegmentHeader? {
    let path = FileNames.path(directory, .log(number))
    guard let file = try? fileSystem.open(path, .read) else { return nil }
    defer { file.close() }
    return (try? LogCopies.header(of: file, number: number)) ?? nil
  }

  private func replay(
    _ number: UInt64, end: UInt64?, _ replayer: inout LogReplayer
  ) throws(StoreError) {
    let name = FileNames.log(number).name
    do throws(StoreError) {
      let opened = try fileSystem.open(directory + "/" + name, .read)
      defer { opened.close() }
      let file = try LogSalvage.bestCopy(of: opened, number: number, end: end)
      var failures: [VerificationFinding] = []
      let gaps = try unsafe LogSalvage.read(file: file, number: number, end: end) { bytes, offset in
        do throws(StoreError) {
          try unsafe replayer.apply(bytes, logNumber: number)
        } catch {
          failures.append(VerificationFinding(.log, file: name, offset: offset, error.message))
        }
      }
      for gap in gaps {
        note(
          VerificationFinding(
            .log, file: name, offset: gap.lowerBound,
            "the records up to byte \(gap.upperBound) are lost; later ones may depend on them"
          ))
      }
      for failure in failures { note(failure) }
    } catch {
      note(VerificationFinding(.log, error, file: name))
    }
  }
}
