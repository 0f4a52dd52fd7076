// SPDX-License-Identifier: Apache-2.0

internal import Logging
internal import WideColumn

/// From locked volumes to mounted ones.
extension ReplicationOpener {
  /// Mounts the volumes that can be had.
  ///
  /// One that fails on the way is left out, if another has the store too: it begins again then, as after an opening that was
  /// interrupted where the volume failed.
  ///
  /// - Parameter unreachable: Why those cannot be had that could not be locked.
  /// - Returns: The mounted volumes, failed ones among them.
  /// - Throws: What the volume's calls throw if no other has the store; what ``VolumeInspection`` and ``VolumeJudgement`` throw.
  func mountLocked(
    _ unreachable: [String: StoreError]
  ) throws(StoreError) -> ReplicatedVolumes {
    var leftOut = unreachable
    // No epoch that anybody has begun is begun again.
    var lastEpoch: UInt64 = 0
    while true {
      let inspections = try inspect(leftOut)
      let judgement = try VolumeJudgement(inspections, boot: configuration.bootIdentity())
      lastEpoch = max(lastEpoch, judgement.newest?.epoch ?? 0)
      try requireAllToBegin(judgement)
      try judgement.requireNothingLost()
      let entries = identities(judgement)
      let mounted = zip(entries, inspections).enumerated().map { place, found in
        MountedVolume(
          found.0, place: place, condition: found.1.condition,
          isLocked: unreachable[found.0.volume.name] == nil)
      }
      do throws(StoreError) {
        return try mount(mounted, entries, judgement, after: lastEpoch)
      } catch {
        // The next one may have been begun somewhere.
        lastEpoch += 1
        let failed = mounted.filter { Self.hasFailed($0, error) && leftOut[$0.name] == nil }
        guard !failed.isEmpty, judgement.hasStore(without: Set(failed.map(\.place))) else {
          throw error
        }
        for volume in failed {
          configuration.logger.error(
            "a volume fails; the store opens without it",
            metadata: ["volume": "\(volume.name)", "error": "\(error)"])
          // Each turn loses a volume.
          leftOut[volume.name] = error
        }
      }
    }
  }

  private func mount(
    _ mounted: [MountedVolume], _ entries: [VolumeRecord.Entry], _ judgement: VolumeJudgement,
    after lastEpoch: UInt64
  ) throws(StoreError) -> ReplicatedVolumes {
    try VolumeMarks(fileSystem).requireDistinct(judgement.inspections)
    let store = judgement.newest?.store ?? VolumeIdentity(configuration.randomNumber)
    try mark(entries, judgement, as: store)
    let map = try VolumeReconciliation(
      mounted, judgement, policy: replication.policy, configuration
    ).run()
    let epochs = EpochBeginning(
      mounted, judgement, of: store, after: lastEpoch, entries, replication, configuration)
    let record = try epochs.run()
    return ReplicatedVolumes(
      mounted, record: record, map: map, configuration: configuration, replication: replication)
  }

  /// A store is begun on volumes that are all there, and of which none says that there is one: what cannot be looked at might have it.
  private func requireAllToBegin(_ judgement: VolumeJudgement) throws(StoreError) {
    if judgement.inspections.contains(where: \.isOfAStore) { return }
    for inspection in judgement.inspections {
      guard case .unreachable(let error) = inspection.finding else { continue }
      throw StoreError(
        .io,
        "a store cannot be begun without volume '\(inspection.volume.name)', which might have it: \(error.message)",
        file: inspection.volume.path, cause: error)
    }
    for inspection in judgement.inspections where inspection.record != nil {
      throw StoreError(
        .invalidArgument,
        "volume '\(inspection.volume.name)' was to get copies of a store that is not there; bring its volumes back, or empty this one",
        file: inspection.volume.path)
    }
  }

  /// Whether it is a volume's fault that a call has failed.
  private static func hasFailed(_ volume: MountedVolume, _ error: StoreError) -> Bool {
    guard error.code == .io || error.code == .noSpace, let file = error.file else { return false }
    return file == volume.path || file.hasPrefix(volume.path + "/")
  }

  /// Gives volumes that have nothing a record before files are copied there: should this opening be interrupted, they are known, and stale.
  ///
  /// While a store without volumes gets some, what an earlier attempt has left counts as nothing.
  private func mark(
    _ entries: [VolumeRecord.Entry], _ judgement: VolumeJudgement, as store: VolumeIdentity
  ) throws(StoreError) {
    guard judgement.inspections.contains(where: \.isOfAStore) else { return }
    var record =
      judgement.newest
      ?? VolumeRecord(
        store: store, identity: store, epoch: 0, previousEpoch: 0, revision: 0, boot: "",
        members: [], entries: entries, policy: replication.policy,
        syncsAllCopies: replication.syncsAllCopies)
    record.epoch = 0
    record.previousEpoch = 0
    for (entry, inspection) in zip(entries, judgement.inspections) {
      switch inspection.finding {
      case .unreachable, .plainStore: continue
      case .record: if judgement.newest != nil { continue }
      case .blank: break
      }
      record.identity = entry.identity
      try VolumeRecordFile.write(record, in: entry.volume.path, fileSystem)
    }
  }
}

extension VolumeJudgement {
  /// Whether all of the store is on other volumes than some.
  fileprivate func hasStore(without places: Set<Int>) -> Bool {
    let left = inspections.indices.filter { !places.contains($0) && trust[$0] == .full }
    let names = Set(left.flatMap { inspections[$0].names })
    let tables = places.filter { trust[$0] != .stale }.flatMap { inspections[$0].names }.filter {
      name in
      if case .table? = FileNames(name) { true } else { false }
    }
    return names.contains(FileNames.current.name) && names.isSuperset(of: tables)
  }

  /// Where no volume that counts has a `CURRENT`, the store's creation was interrupted, or what there was of it is elsewhere.
  ///
  /// Throws `io` if that may be.
  fileprivate func requireNothingLost() throws(StoreError) {
    let isThere = inspections.indices.contains {
      trust[$0] != .stale && inspections[$0].names.contains(FileNames.current.name)
    }
    guard let newest, newest.epoch > 0, !isThere else { return }
    for inspection in inspections where !inspection.isReachable || inspection.hasStaleFiles {
      throw StoreError(
        .io,
        "the volumes that are there have nothing of the store; it may be on volume '\(inspection.volume.name)', which \(inspection.isReachable ? "has files that do not count" : "is not there")",
        file: inspection.volume.path)
    }
  }
}
