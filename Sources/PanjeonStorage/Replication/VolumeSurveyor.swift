// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Looks once at the volumes of a store: takes no lock and writes nothing.
struct VolumeSurveyor {
  private let directory: String
  private let judgement: VolumeJudgement
  private let newest: VolumeRecord
  private let fileSystem: any FileSystem

  /// Finds the volumes; nil if the store has none.
  ///
  /// Throws what ``ReplicationOpener`` throws for volumes that do not belong together.
  init?(_ directory: String, _ configuration: StoreConfiguration) throws(StoreError) {
    guard let opener = try ReplicationOpener(directory, configuration) else { return nil }
    // Whatever is wrong with a volume, the others are worth being seen.
    judgement = try opener.judge { _ in true }
    guard let newest = judgement.newest else { return nil }
    self.newest = newest
    self.directory = directory
    fileSystem = configuration.fileSystem
  }

  func run() throws(StoreError) -> ReplicationSurvey {
    let standings = try self.standings()
    // What was not synced is believed if nothing else is there.
    let isUnsyncedCounted = !standings.contains { $0.isCounted }
    let counting = Set(
      zip(judgement.inspections, standings)
        .filter { $1.isCounted || (isUnsyncedCounted && $1 == .unsynced) }.map(\.0.volume.name))
    let sizes = judgement.inspections.map(sizes)
    let inForce = filesInForce()
    var files = FileGathering(counting: counting, inForce: try? inForce.get())
    for (inspection, sizes) in zip(judgement.inspections, sizes) {
      for (name, size) in sizes { files.add(name, size, on: inspection.volume.name) }
    }
    let volumes = zip(judgement.inspections, standings).enumerated().map { place, found in
      ReplicationSurvey.VolumeReport(
        volume: found.0.volume, standing: found.1, epoch: found.0.record?.epoch,
        fileCount: sizes[place].count,
        fileBytes: sizes[place].values.reduce(0) { $0 + $1.bytes },
        freeBytes: (try? fileSystem.freeBytes(found.0.volume.path)) ?? nil,
        logBytesBehind: files.logBytesBehind(on: found.0.volume.name))
    }.sorted { $0.volume.name < $1.volume.name }
    let placement = Placement(
      policy: newest.policy,
      volumes: volumes.map { report in
        let isCounted = report.standing == .unsynced && isUnsyncedCounted
        return PlaceableVolume(
          report.volume, usedBytes: report.fileBytes, freeBytes: report.freeBytes,
          condition: isCounted ? .healthy : report.standing.condition)
      })
    var damage: StoreError?
    if case .failure(let error) = inForce { damage = error }
    return ReplicationSurvey(
      store: newest.store.description, epoch: newest.epoch, policy: newest.policy, volumes: volumes,
      files: files.reports(placement), manifestDamage: damage, placement: placement)
  }

  private func standings() throws(StoreError) -> [ReplicationSurvey.Standing] {
    var standings: [ReplicationSurvey.Standing] = []
    for (inspection, trust) in zip(judgement.inspections, judgement.trust) {
      switch (inspection.finding, trust) {
      case (.unreachable(let error), _): standings.append(.failed(error.description))
      case (.blank, _):
        let isThere = (try? fileSystem.exists(inspection.volume.path)) ?? false
        standings.append(isThere ? .empty : .missing)
      case (_, .stale?), (_, nil): standings.append(.stale)
      case (_, .unsynced?): standings.append(.unsynced)
      case (_, .full?):
        let entry = newest.entries.first { $0.identity == inspection.record?.identity }
        standings.append(entry?.isDraining ?? false ? .draining : .counts)
      }
    }
    return standings
  }

  /// How long the files on a volume are; what is gone by now, beside a writer, or cannot be read is left out.
  private func sizes(_ inspection: VolumeInspection) -> [String: FileGathering.Size] {
    var sizes: [String: FileGathering.Size] = [:]
    let directory = inspection.volume.path
    for name in inspection.names {
      guard let file = try? fileSystem.open(directory + "/" + name, .read) else { continue }
      defer { file.close() }
      guard let bytes = try? file.size() else { continue }
      let current =
        FileNames(name) == .current
        ? (try? CurrentFile.read(in: directory, fileSystem)) ?? 0 : nil
      sizes[name] = FileGathering.Size(bytes: bytes, manifestNumber: current)
    }
    return sizes
  }

  /// The names of the files that the MANIFEST names, and the number of the first log segment that counts.
  private func filesInForce() -> Result<FileGathering.InForce, StoreError> {
    Result { () throws(StoreError) in
      let view = try VolumeView(directory, judgement, fileSystem)
      guard let (number, state) = try Manifest.read(in: directory, view) else {
        throw StoreError(.corruption, "no volume that counts has a CURRENT", file: directory)
      }
      let tables = state.fileNumbers.map { FileNames.table($0).name }
      return FileGathering.InForce(
        names: Set(tables + [FileNames.manifest(number).name, FileNames.current.name]),
        minLogNumber: state.minLogNumber)
    }
  }
}

extension ReplicationSurvey.Standing {
  /// Whether what the volume holds counts, whatever the others are.
  var isCounted: Bool { self == .counts || self == .draining }
}
