// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Enters the SSTables of an ingestion; the article *Ingestion* has the protocol.
struct Ingestion: Sendable {
  private let environment: BackgroundEnvironment
  private let pipeline: CommitPipeline
  private let memtables: MemTableSwitch
  private let signals: Monitor<BackgroundWork.Signals>
  private let gauge: PressureGauge

  init(
    _ environment: BackgroundEnvironment, _ pipeline: CommitPipeline, _ memtables: MemTableSwitch,
    _ signals: Monitor<BackgroundWork.Signals>, _ gauge: PressureGauge
  ) {
    self.environment = environment
    self.pipeline = pipeline
    self.memtables = memtables
    self.signals = signals
    self.gauge = gauge
  }

  /// The place of an ingestion among the commits, reserved before anything is written.
  struct Place: Sendable {
    var sequence: UInt64
    var timestamp: Int64
    var resumptions: Int
  }

  /// Begins an ingestion; ``end()`` must follow.
  func begin() throws(StoreError) -> Place {
    let resumptions = signals.withLock { $0.resumptions }
    let now = environment.configuration.timeSource.presentMicroseconds()
    let (sequence, timestamp) = try pipeline.reserve(now: now)
    return Place(sequence: sequence, timestamp: timestamp, resumptions: resumptions)
  }

  func end() {
    pipeline.endIngestion()
  }

  /// Makes the files part of the store; by the one thread that changes regions.
  ///
  /// - Throws: `unknownOutcome` when the MANIFEST could not be written; anything else means that nothing has happened, and
  ///   that the files are to be discarded.
  func enter(_ files: [IngestedFile], at place: Place) throws(StoreError) {
    try pipeline.syncLog(through: pipeline.sequenced.value)
    let last = try pipeline.hold()
    defer {
      pipeline.release()
      gauge.viewsHaveChanged()
      signals.wantAll()
    }
    try pipeline.syncLog(through: last)
    // Resuming removes the files that no MANIFEST names.
    guard last < place.sequence, signals.withLock({ $0.resumptions }) == place.resumptions else {
      throw StoreError(
        .unavailable, "the store was halted and resumed during the ingestion; ingest again")
    }
    let parts = try parts(of: files)
    try environment.versions.apply(change: "what was ingested") { _ throws(StoreError) in
      edit(parts, place)
    } follow: {
      show(parts, place)
    }
  }

  /// What one region gets of a file.
  private struct Part {
    var region: Region
    var group: Int
    var record: FileRecord
    var table: Table
  }

  /// All of a file its region gets; if that has been split or merged, each of those in its place its part.
  private func parts(of files: [IngestedFile]) throws(StoreError) -> [Part] {
    var parts: [Part] = []
    for file in files {
      guard let table = environment.catalog.table(id: file.region.tableID) else {
        throw StoreError(.noSuchTable, "the table is gone")
      }
      let record = FileRecord(
        regionID: file.region.id, group: UInt32(file.group), number: file.table.number, level: 0,
        file.table.properties, fileBytes: file.table.file.fileBytes)
      for region in table.regions(in: record.fileRows) {
        let part =
          region.id == record.regionID ? record : record.part(of: region.id, rows: region.rows)
        guard let part else { continue }
        parts.append(
          Part(
            region: region, group: file.group, record: part,
            table: Table(file.table.file, bounds: part.bounds)))
      }
    }
    return parts
  }

  private func edit(_ parts: [Part], _ place: Place) -> VersionEdit {
    var edit = VersionEdit()
    edit.addedFiles = parts.map(\.record)
    edit.lastSequence = place.sequence
    edit.ingestedThrough = place.sequence
    edit.lastTimestamp = environment.lastTimestamp()
    return edit
  }

  /// Under the sequencer's lock: first the files, then the sequence that lets readers see them.
  private func show(_ parts: [Part], _ place: Place) {
    pipeline.monitor.withLock { state in
      var byRegion: [UInt64: [Part]] = [:]
      for part in parts { byRegion[part.region.id, default: []].append(part) }
      for parts in byRegion.values {
        let region = parts[0].region
        // No memtable may hold cells from before and after the sequence.
        for part in parts { memtables.exchange(region: region, group: part.group) }
        memtables.forgetRows(of: region, writtenAt: place.sequence)
        region.updateAll { groups in
          for part in parts { groups[part.group].insertUpper(part.table) }
        }
      }
      pipeline.enter(
        reserved: place.sequence, recentRowsMax: environment.configuration.recentRowsMax, &state)
    }
  }
}
