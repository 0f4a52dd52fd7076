// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Flushes everything in memory, of all regions, by one edit of the MANIFEST.
///
/// Afterwards the SSTables hold exactly the commits up to one sequence: what a checkpoint needs, and what lets a store do
/// without the log it could not write. For the one thread that changes regions; the gates of all regions are closed.
package struct WholeFlush {
  private let environment: BackgroundEnvironment
  private let pipeline: CommitPipeline
  private let memtables: MemTableSwitch
  private let signals: Monitor<BackgroundWork.Signals>
  private let gauge: PressureGauge
  private let flusher: Flusher

  package init(
    _ environment: BackgroundEnvironment, _ pipeline: CommitPipeline, _ memtables: MemTableSwitch,
    _ signals: Monitor<BackgroundWork.Signals>, _ gauge: PressureGauge
  ) {
    self.signals = signals
    self.gauge = gauge
    self.environment = environment
    self.pipeline = pipeline
    self.memtables = memtables
    flusher = Flusher(environment)
  }

  /// What one group has in memory, and what becomes of it.
  private struct Output: Sendable {
    var region: Region
    var group: Int
    var sealed: [SealedMemTables]
    var table: Table?
  }

  /// Flushes all, keeping other flushes and compactions away meanwhile.
  package func runAlone() throws(StoreError) {
    try withGatesClosed { () throws(StoreError) in try run(isLogNeeded: true) }
  }

  /// Runs `body` while nothing is flushed or compacted.
  package func withGatesClosed(_ body: () throws(StoreError) -> Void) throws(StoreError) {
    let gates = environment.catalog.all.flatMap(\.regions).map(\.gate)
    MaintenanceGate.close(gates)
    defer {
      for gate in gates { gate.open() }
      wakeAll()
    }
    try body()
  }

  /// What wanted to be flushed meanwhile found the gates closed, and what commits waited for may have been flushed.
  private func wakeAll() {
    gauge.viewsHaveChanged()
    signals.wantAll()
    signals.resumeWaiters()
  }

  /// Flushes all.
  ///
  /// - Parameters:
  ///   - isLogNeeded: Whether the log is synced through the flushed sequence first (rule 4 of the article *Durability* does
  ///     not ask for it, as the edit is one; a checkpoint wants to be no newer than its store).
  ///   - minLogNumber: The segment with which recovery begins from now on; nil: as before.
  /// - Throws: `io`, `noSpace`, `readOnly`; everything then still waits to be flushed.
  package func run(isLogNeeded: Bool, minLogNumber: UInt64? = nil) throws(StoreError) {
    let begin = environment.configuration.timeSource.monotonicNanoseconds()
    var (outputs, sequence) = seal()
    do throws(StoreError) {
      for index in outputs.indices {
        outputs[index].table = try flusher.write(
          SealedMemTables(outputs[index].sealed.flatMap(\.parts)), region: outputs[index].region,
          group: outputs[index].group, number: environment.versions.fileNumbers.next())
      }
      if isLogNeeded { try environment.syncLog(sequence) }
    } catch {
      environment.discard(outputs.compactMap(\.table))
      throw error
    }
    try install(outputs, through: sequence, minLogNumber)
    for output in outputs {
      environment.noteFlush(of: output.region, bytes: output.table?.bytes ?? 0, since: begin)
    }
  }

  /// Lets every memtable that holds anything wait; returns what waits now, and the last sequence that it holds.
  private func seal() -> ([Output], UInt64) {
    pipeline.monitor.withLock { state in
      var outputs: [Output] = []
      for region in environment.catalog.all.flatMap(\.regions) {
        for group in region.view.groups.indices {
          memtables.exchange(region: region, group: group)
          let sealed = region.view.groups[group].immutables
          if !sealed.isEmpty {
            outputs.append(Output(region: region, group: group, sealed: sealed))
          }
        }
      }
      return (outputs, state.lastSequence)
    }
  }

  private func install(
    _ outputs: [Output], through sequence: UInt64, _ minLogNumber: UInt64?
  ) throws(StoreError) {
    let regions = environment.catalog.all.flatMap(\.regions)
    try environment.versions.apply { _ throws(StoreError) in
      var edit = VersionEdit()
      edit.lastSequence = sequence
      edit.lastTimestamp = environment.lastTimestamp()
      edit.minLogNumber = minLogNumber
      edit.addedFiles = outputs.compactMap { output in
        output.table.map { table in
          FileRecord(
            regionID: output.region.id, group: UInt32(output.group), number: table.number, level: 0,
            table.properties, fileBytes: table.file.fileBytes)
        }
      }
      edit.flushedThrough = regions.flatMap { region in
        region.view.groups.indices.map { group in
          FlushedThrough(regionID: region.id, group: UInt32(group), sequence: sequence)
        }
      }
      return edit
    } follow: {
      for output in outputs {
        output.region.update(group: output.group) { view in
          // Newer ones may have come to wait since; they stand before these.
          view.immutables.removeLast(output.sealed.count)
          if let table = output.table { view.insertUpper(table) }
        }
      }
    }
  }
}
