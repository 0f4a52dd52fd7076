// SPDX-License-Identifier: Apache-2.0

internal import Logging
package import WideColumn

/// Begins the next life of a store with volumes: writes it to the record of each that is there.
package struct EpochBeginning {
  private let mounted: [MountedVolume]
  private let judgement: VolumeJudgement
  private let entries: [VolumeRecord.Entry]
  private let replication: ReplicationConfiguration
  private let configuration: StoreConfiguration

  package init(
    _ mounted: [MountedVolume], _ judgement: VolumeJudgement, _ entries: [VolumeRecord.Entry],
    _ replication: ReplicationConfiguration, _ configuration: StoreConfiguration
  ) {
    self.mounted = mounted
    self.judgement = judgement
    self.entries = entries
    self.replication = replication
    self.configuration = configuration
  }

  /// Writes the records.
  ///
  /// If one cannot be written, its volume is left out, and one more epoch begun without it: each that counts must say who does. A crash in
  /// between leaves volumes of both epochs, and those of the older one are members of the newer.
  ///
  /// Throws `io` when none can be written.
  package func run() throws(StoreError) -> VolumeRecord {
    var epoch = (judgement.newest?.epoch ?? 0) + 1
    while true {
      let members = mounted.filter(\.isHealthy)
      if members.isEmpty { throw lastError ?? StoreError(.io, "no volume is there") }
      let record = record(epoch, members)
      var hasFailed = false
      for volume in members {
        var own = record
        own.identity = volume.identity
        do throws(StoreError) {
          try VolumeRecordFile.write(own, in: volume.path, configuration.fileSystem)
        } catch {
          configuration.logger.error(
            "a volume's record cannot be written; the store opens without it",
            metadata: ["volume": "\(volume.name)", "error": "\(error)"])
          _ = volume.fail(.failed(error))
          hasFailed = true
        }
      }
      if !hasFailed { return record }
      // Each turn loses a volume.
      epoch += 1
    }
  }

  private var lastError: StoreError? {
    for volume in mounted.reversed() {
      if case .failed(let error) = volume.condition { return error }
    }
    return nil
  }

  private func record(_ epoch: UInt64, _ members: [MountedVolume]) -> VolumeRecord {
    let places = Set(members.map(\.place))
    let epochs = judgement.inspections.enumerated().compactMap { place, inspection -> UInt64? in
      // What has been set aside says nothing of what comes.
      places.contains(place) && judgement.trust[place] != .stale ? inspection.record?.epoch : nil
    }
    return VolumeRecord(
      store: judgement.newest?.store ?? VolumeIdentity(configuration.randomNumber),
      identity: members[0].identity, epoch: epoch, previousEpoch: epochs.min() ?? epoch,
      revision: 0, boot: configuration.bootIdentity(), members: members.map(\.identity),
      entries: entries, policy: replication.policy, syncsAllCopies: replication.syncsAllCopies)
  }
}
