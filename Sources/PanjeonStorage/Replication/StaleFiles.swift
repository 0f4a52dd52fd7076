// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// The files of volumes that came back which nobody believes: SSTables that are what the others have count again, the rest is removed.
struct StaleFiles {
  private let volumes: ReplicatedVolumes

  init(_ volumes: ReplicatedVolumes) {
    self.volumes = volumes
  }

  /// Looks at all of them.
  ///
  /// Throws `closed` when the pacer ends it.
  func compareAll(_ pacer: inout ReadPacer) throws(StoreError) {
    for volume in volumes.mounted where volume.isHealthy && volume.takeHasStaleFiles() {
      do throws(StoreError) {
        try compare(volume, &pacer)
      } catch {
        if error.code == .closed { throw error }
        volumes.fail(volume, error)
      }
    }
  }

  private func compare(_ volume: MountedVolume, _ pacer: inout ReadPacer) throws(StoreError) {
    let suffix = VolumeReconciliation.staleSuffix
    for stale in try volumes.base.list(volume.path) where stale.hasSuffix(suffix) {
      let name = String(stale.dropLast(suffix.count))
      if try isGood(stale, name, volume, &pacer) {
        try volumes.base.rename(volume.path(of: stale), to: volume.path(of: name))
        try volumes.base.syncDirectory(volume.path)
        if volumes.map.addCopy(name, on: volume.place) { continue }
        try volumes.base.remove(volume.path(of: name))
      } else {
        try volumes.base.remove(volume.path(of: stale))
      }
    }
  }

  /// Whether a file is an SSTable that the store has, the same as a copy that counts, and not on that volume yet.
  private func isGood(
    _ stale: String, _ name: String, _ volume: MountedVolume, _ pacer: inout ReadPacer
  ) throws(StoreError) -> Bool {
    guard case .table? = FileNames(name), let entry = volumes.map[name], !entry.isBeingWritten,
      !entry.copies.contains(volume.place),
      let other = entry.copies.first(where: { volumes[$0].isHealthy })
    else { return false }
    return try volumes.areEqual(
      volume.path(of: stale), volumes[other].path(of: name), &pacer)
  }
}
