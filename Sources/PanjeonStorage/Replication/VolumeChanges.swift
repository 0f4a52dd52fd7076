// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Volumes are added, emptied and taken out while the store is open.
package struct VolumeChanges {
  private let volumes: ReplicatedVolumes
  private let configuration: StoreConfiguration

  package init(_ volumes: ReplicatedVolumes, _ configuration: StoreConfiguration) {
    self.volumes = volumes
    self.configuration = configuration
  }

  /// Adds a volume, and lets it have its part of the files.
  ///
  /// Throws `invalidArgument` when it makes no sense beside the others or belongs to another store, `notAStore` when it holds other
  /// things, `locked`, `io`.
  package func add(_ volume: Volume) throws(StoreError) {
    var volume = volume
    if !volume.path.isEmpty { volume.path = AbsolutePath.of(volume.path) }
    try described(adding: volume).validate()
    let base = volumes.base
    try base.createDirectory(volume.path)
    let lock = try base.lock(volume.path + "/" + FileNames.lock.name)
    do throws(StoreError) {
      let inspection = try VolumeInspection(volume, nil, base)
      guard case .blank = inspection.finding else {
        if case .unreachable(let error) = inspection.finding { throw error }
        throw StoreError(
          .invalidArgument, "volume '\(volume.name)' is not empty: it belongs to a store",
          file: volume.path)
      }
      let entry = VolumeRecord.Entry(VolumeIdentity(configuration.randomNumber), volume)
      var record = volumes.updateRecord { record in
        record.entries.append(entry)
        record.members.append(entry.identity)
      }
      record.identity = entry.identity
      do throws(StoreError) {
        try VolumeRecordFile.write(record, in: volume.path, base)
      } catch {
        forget(entry.identity)
        throw error
      }
      volumes.keep(lock)
      _ = volumes.add { place in
        MountedVolume(entry, place: place, condition: .healthy, isLocked: true)
      }
    } catch {
      lock.unlock()
      throw error
    }
    volumes.writeRecords()
    volumes.wakeRepairs()
  }

  /// Puts nothing more on a volume, and moves what is there elsewhere; or the contrary.
  ///
  /// Throws `invalidArgument` when there is no such volume, or the others could not fulfil the policy.
  package func setDraining(_ isDraining: Bool, _ name: String) throws(StoreError) {
    let volume = try find(name)
    if isDraining { try requirePolicy(without: volume) }
    volume.setDraining(isDraining)
    _ = volumes.updateRecord { record in
      for place in record.entries.indices where record.entries[place].identity == volume.identity {
        record.entries[place].isDraining = isDraining
      }
    }
    volumes.writeRecords()
    volumes.wakeRepairs()
  }

  /// Takes a volume out of the store that is empty or lost.
  ///
  /// Throws `invalidArgument` when there is no such volume, it still has files (empty it first), or the others could not fulfil the policy.
  package func remove(_ name: String) throws(StoreError) {
    let volume = try find(name)
    try requirePolicy(without: volume)
    let files = volumes.map.all.values.count {
      $0.copies.contains(volume.place) || $0.damaged.contains(volume.place)
    }
    if volume.isHealthy, files > 0 {
      throw StoreError(
        .invalidArgument,
        "volume '\(name)' has \(files) files; empty it first by drainVolume, and wait until it is empty",
        file: volume.path)
    }
    // First the others: should the store die now, they do not know it any more, and it knows nothing that counts.
    forget(volume.identity)
    let wasHealthy = volume.isHealthy
    volume.remove()
    volumes.writeRecords()
    if wasHealthy {
      try? volumes.base.remove(volume.path(of: VolumeRecordFile.name))
    }
    volumes.wakeRepairs()
  }

  private func forget(_ identity: VolumeIdentity) {
    _ = volumes.updateRecord { record in
      record.entries.removeAll { $0.identity == identity }
      record.members.removeAll { $0 == identity }
    }
  }

  private func find(_ name: String) throws(StoreError) -> MountedVolume {
    if let volume = volumes.named(name) { return volume }
    let names = volumes.mounted.filter { !$0.isRemoved }.map { "'\($0.name)'" }
    throw StoreError(
      .invalidArgument,
      "there is no volume '\(name)'; the store has \(names.joined(separator: ", "))")
  }

  /// The others must be able to fulfil the policy.
  private func requirePolicy(without volume: MountedVolume) throws(StoreError) {
    var left = described(adding: nil)
    left.volumes.removeAll { $0.name == volume.name }
    try left.validate()
  }

  private func described(adding volume: Volume?) -> ReplicationConfiguration {
    var described = volumes.configuration
    described.policy = volumes.record.policy
    described.volumes = volumes.record.entries.filter { !$0.isDraining }.map(\.volume)
    if let volume { described.volumes.append(volume) }
    return described
  }
}
