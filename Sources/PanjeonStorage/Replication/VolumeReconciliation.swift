// SPDX-License-Identifier: Apache-2.0

internal import Logging
package import WideColumn

/// Makes what the volumes have of a store one again, before it is opened: the best copy of each file counts.
package struct VolumeReconciliation {
  private let mounted: [MountedVolume]
  private let trust: [VolumeJudgement.Trust?]
  private let names: [[String]]
  private let policy: PlacementPolicy
  private let fileSystem: any FileSystem
  private let logger: Logger

  /// What is put behind the name of a file that does not count, until somebody has compared it.
  package static let staleSuffix = ".stale"

  /// What is put behind the name of a copy that is being made.
  package static let copySuffix = ".copy"

  package init(
    _ mounted: [MountedVolume], _ judgement: VolumeJudgement, policy: PlacementPolicy,
    _ configuration: StoreConfiguration
  ) {
    self.mounted = mounted
    trust = judgement.trust
    names = judgement.inspections.map(\.names)
    self.policy = policy
    fileSystem = configuration.fileSystem
    logger = configuration.logger
  }

  /// Compares and copies.
  ///
  /// Returns which volume has which file. Throws `io`, `noSpace` when a copy cannot be made.
  package func run() throws(StoreError) -> FileMap {
    let places = try setStaleAside()
    try removeTemporaries()
    var entries: [String: FileMap.Entry] = [:]
    for (name, having) in places.sorted(by: { $0.key < $1.key }) {
      let qualities = try qualities(of: name, on: having)
      guard let best = qualities.max(by: { $0.quality < $1.quality }) else { continue }
      var entry = FileMap.Entry(copies: [], bytes: best.quality.bytes)
      for (place, quality) in qualities {
        if quality < best.quality {
          entry.damaged.insert(place)
        } else {
          entry.copies.insert(place)
        }
      }
      if case .table? = FileNames(name) {
        // Shorter ones are unfinished; they are made anew when the store is open.
      } else {
        try spread(name, &entry, from: best.place)
      }
      entries[name] = entry
    }
    return FileMap(entries)
  }

  private func qualities(
    of name: String, on places: [Int]
  ) throws(StoreError) -> [(place: Int, quality: CopyQuality)] {
    var qualities: [(place: Int, quality: CopyQuality)] = []
    var failure: StoreError?
    for place in places {
      do throws(StoreError) {
        let path = mounted[place].path
        if case .table? = FileNames(name) {
          qualities.append((place, try CopyQuality(lengthOf: name, in: path, fileSystem)))
        } else {
          qualities.append((place, try CopyQuality(of: name, in: path, fileSystem)))
        }
      } catch {
        failure = error
        logger.warning(
          "a copy of a file cannot be read",
          metadata: ["volume": "\(mounted[place].name)", "error": "\(error)"])
      }
    }
    // A file that nobody can read is no file that is not there.
    if qualities.isEmpty, let failure { throw failure }
    return qualities
  }

  /// Copies the best of a file over the others, and to where it is missing.
  private func spread(
    _ name: String, _ entry: inout FileMap.Entry, from best: Int
  ) throws(StoreError) {
    let volumes = mounted.map { PlaceableVolume($0.volume, condition: $0.placementCondition) }
    let decision = Placement(policy: policy, volumes: volumes)
      .place(bytes: entry.bytes, keeping: Set(entry.copies.map { mounted[$0].name }))
    let wanted = mounted.filter { decision.chosen.contains($0.name) }.map(\.place)
    for place in entry.damaged.union(wanted).subtracting(entry.copies).sorted() {
      try copy(name, from: mounted[best], to: mounted[place])
      entry.damaged.remove(place)
      entry.copies.insert(place)
    }
  }

  private func copy(
    _ name: String, from source: MountedVolume, to target: MountedVolume
  ) throws(StoreError) {
    let temporary = target.path(of: name + Self.copySuffix)
    if try fileSystem.exists(temporary) { try fileSystem.remove(temporary) }
    try fileSystem.copy(source.path(of: name), to: temporary)
    try fileSystem.rename(temporary, to: target.path(of: name))
    try fileSystem.syncDirectory(target.path)
  }

  /// Renames what does not count, so that nobody takes it for the store's; returns who has which file.
  ///
  /// What was not synced still counts where nobody else has the file: SSTables have checksums; the log, MANIFEST and `CURRENT`
  /// count together or not at all.
  private func setStaleAside() throws(StoreError) -> [String: [Int]] {
    var having: [String: [Int]] = [:]
    for (place, names) in names.enumerated() where trust[place] == .full {
      for name in names { having[name, default: []].append(place) }
    }
    let isLogThere = having[FileNames.current.name] != nil
    var unsynced: [String: [Int]] = [:]
    for (place, names) in names.enumerated() where trust[place] == .unsynced {
      for name in names {
        let isTable = if case .table? = FileNames(name) { true } else { false }
        if having[name] != nil || (isLogThere && !isTable) {
          try setAside(name, on: mounted[place])
        } else {
          unsynced[name, default: []].append(place)
        }
      }
    }
    for (place, names) in names.enumerated() where trust[place] == .stale {
      for name in names { try setAside(name, on: mounted[place]) }
    }
    return having.merging(unsynced) { first, _ in first }
  }

  private func setAside(_ name: String, on volume: MountedVolume) throws(StoreError) {
    try fileSystem.rename(
      volume.path(of: name), to: volume.path(of: name + Self.staleSuffix))
  }

  /// Removes what an interrupted copy left.
  private func removeTemporaries() throws(StoreError) {
    for volume in mounted where volume.isHealthy {
      for name in try fileSystem.list(volume.path) where name.hasSuffix(Self.copySuffix) {
        try fileSystem.remove(volume.path(of: name))
      }
    }
  }
}
