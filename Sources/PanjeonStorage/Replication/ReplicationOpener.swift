// SPDX-License-Identifier: Apache-2.0

internal import Logging
package import WideColumn

/// Mounts the volumes of a store: looks at them, decides which count, makes their files one again, and begins the next epoch.
package struct ReplicationOpener {
  private let directory: String
  let configuration: StoreConfiguration
  let replication: ReplicationConfiguration
  let fileSystem: any FileSystem

  /// Creates an opener, if the store has volumes: the configuration names them, or the directory is one.
  ///
  /// Throws `invalidArgument` when the volumes make no sense or the directory is none of them; what reading a record throws.
  package init?(_ directory: String, _ configuration: StoreConfiguration) throws(StoreError) {
    self.directory = directory
    self.configuration = configuration
    fileSystem = configuration.fileSystem
    var replication: ReplicationConfiguration
    if let given = configuration.replication {
      replication = given
    } else {
      guard let record = try VolumeRecordFile.read(in: directory, configuration.fileSystem) else {
        return nil
      }
      let newest = Self.newest(knownTo: record, configuration.fileSystem)
      replication = ReplicationConfiguration(newest, of: record.identity, at: directory)
    }
    // What the records say holds for processes in other directories too.
    for place in replication.volumes.indices where !replication.volumes[place].path.isEmpty {
      replication.volumes[place].path = AbsolutePath.of(replication.volumes[place].path)
    }
    self.replication = replication
    try replication.validate()
    let own = LexicalPath(AbsolutePath.of(directory))
    guard replication.volumes.contains(where: { LexicalPath($0.path) == own }) else {
      throw StoreError(
        .invalidArgument,
        "'\(directory)' is none of the store's volumes; open it at the path of one of them",
        file: directory)
    }
  }

  /// Mounts the volumes for writing.
  ///
  /// Throws `locked`, `notAStore`, `invalidArgument` when the volumes do not belong together, `io`, `noSpace`.
  package func mount() throws(StoreError) -> MountedStore {
    if !configuration.createsIfMissing, try !isThere() {
      throw StoreDirectory.notAStore(directory, "none of its volumes holds one")
    }
    var locks: [any FileLock] = []
    do throws(StoreError) {
      let unreachable = try takeLocks(&locks)
      let volumes = try mountLocked(unreachable)
      return MountedStore(
        ReplicatedFileSystem(directory: directory, volumes: volumes), locks)
    } catch {
      for lock in locks { lock.unlock() }
      throw error
    }
  }

  /// Looks at the volumes and decides which count, without changing anything.
  ///
  /// - Parameter isLeftOut: Whether a volume of which looking gives an error is taken for one that is not there; by default the error is
  ///   thrown.
  /// - Returns: The judgement.
  /// - Throws: What ``VolumeInspection`` and ``VolumeJudgement`` throw.
  package func judge(
    leavingOut isLeftOut: (StoreError) -> Bool = { _ in false }
  ) throws(StoreError) -> VolumeJudgement {
    var inspections: [VolumeInspection] = []
    for volume in replication.volumes {
      do throws(StoreError) {
        inspections.append(try VolumeInspection(volume, nil, fileSystem))
      } catch {
        if !isLeftOut(error) { throw error }
        inspections.append(try VolumeInspection(volume, error, fileSystem))
      }
    }
    return try VolumeJudgement(inspections, boot: configuration.bootIdentity())
  }

  /// The newest record among those of a volume and of the volumes that it knows: it may have been away when others came or went.
  private static func newest(
    knownTo record: VolumeRecord, _ fileSystem: any FileSystem
  ) -> VolumeRecord {
    var newest = record
    for entry in record.entries {
      // What cannot be read is judged later.
      guard let other = try? VolumeRecordFile.read(in: entry.volume.path, fileSystem),
        other.store == record.store, other.isNewer(than: newest)
      else { continue }
      newest = other
    }
    return newest
  }

  private func isThere() throws(StoreError) -> Bool {
    var failure: StoreError?
    for volume in replication.volumes {
      do throws(StoreError) {
        if try VolumeInspection(volume, nil, fileSystem).isOfAStore { return true }
      } catch {
        failure = failure ?? error
      }
    }
    if let failure { throw failure }
    return false
  }

  /// Creates what directories are missing, and takes the lock of each volume; returns why those that cannot be had cannot.
  private func takeLocks(
    _ locks: inout [any FileLock]
  ) throws(StoreError) -> [String: StoreError] {
    var unreachable: [String: StoreError] = [:]
    var locked: [Volume] = []
    for volume in replication.volumes {
      do throws(StoreError) {
        try fileSystem.createDirectory(volume.path)
        locks.append(try fileSystem.lock(volume.path + "/" + FileNames.lock.name))
        locked.append(volume)
      } catch {
        if error.code == .locked {
          throw VolumeMarks(fileSystem).error(error, of: volume, locked: locked)
        }
        unreachable[volume.name] = error
      }
    }
    guard locks.isEmpty, let error = unreachable.values.first else { return unreachable }
    throw error
  }

  /// Looks at the volumes that can be had; one whose record is damaged counts as failed, if another's is not.
  func inspect(
    _ unreachable: [String: StoreError]
  ) throws(StoreError) -> [VolumeInspection] {
    var inspections: [VolumeInspection] = []
    var damage: StoreError?
    for volume in replication.volumes {
      do throws(StoreError) {
        inspections.append(try VolumeInspection(volume, unreachable[volume.name], fileSystem))
      } catch {
        if error.code != .corruption { throw error }
        damage = error
        inspections.append(try VolumeInspection(volume, error, fileSystem))
      }
    }
    if let damage, !inspections.contains(where: { $0.record != nil }) { throw damage }
    return inspections
  }

  /// Who is who: a volume is known by its record; one that is empty gets an identity, though its name may be an old one.
  func identities(_ judgement: VolumeJudgement) -> [VolumeRecord.Entry] {
    judgement.inspections.map { inspection in
      let known = judgement.newest?.entries.first { entry in
        inspection.record.map { $0.identity == entry.identity }
          ?? (!inspection.isReachable && entry.volume.name == inspection.volume.name)
      }
      let identity =
        inspection.record?.identity ?? known?.identity
        ?? VolumeIdentity(configuration.randomNumber)
      return VolumeRecord.Entry(
        identity, inspection.volume, isDraining: known?.isDraining ?? false)
    }
  }
}

extension VolumeInspection {
  /// Whether the volume has a store's files, or a record.
  package var isOfAStore: Bool {
    switch finding {
    case .unreachable, .blank: false
    case .plainStore: true
    // One that has never counted has nothing of it.
    case .record(let record): record.epoch > 0
    }
  }

  package var condition: MountedVolume.Condition {
    if case .unreachable(let error) = finding { .failed(error) } else { .healthy }
  }
}

extension ReplicationConfiguration {
  /// What a record says, with one of the volumes where it is now.
  package init(_ record: VolumeRecord, of identity: VolumeIdentity, at path: String) {
    self.init(
      volumes: record.entries.map { entry in
        var volume = entry.volume
        if entry.identity == identity { volume.path = path }
        return volume
      })
    policy = record.policy
    syncsAllCopies = record.syncsAllCopies
  }
}
