// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Begins the next life of a store with volumes: writes it to the record of each that is there.
package struct EpochBeginning {
  private let mounted: [MountedVolume]
  private let judgement: VolumeJudgement
  private let store: VolumeIdentity
  private let lastEpoch: UInt64
  private let entries: [VolumeRecord.Entry]
  private let replication: ReplicationConfiguration
  private let configuration: StoreConfiguration

  package init(
    _ mounted: [MountedVolume], _ judgement: VolumeJudgement, of store: VolumeIdentity,
    after lastEpoch: UInt64, _ entries: [VolumeRecord.Entry],
    _ replication: ReplicationConfiguration, _ configuration: StoreConfiguration
  ) {
    self.mounted = mounted
    self.judgement = judgement
    self.store = store
    self.lastEpoch = lastEpoch
    self.entries = entries
    self.replication = replication
    self.configuration = configuration
  }

  /// Writes the records.
  ///
  /// Where a store had no volumes so far, its directory gets its record first: until then it alone is the store, and without it nothing is.
  /// A crash in between leaves volumes of both epochs, and those of the older one are members of the newer.
  ///
  /// Throws `io`, `noSpace` when one cannot be written, which counts as failed then.
  package func run() throws(StoreError) -> VolumeRecord {
    let members = mounted.filter(\.isHealthy)
    if members.isEmpty { throw lastError ?? StoreError(.io, "no volume is there") }
    let record = record(lastEpoch + 1, members)
    for volume in members.filter(isPlainStore) + members.filter({ !isPlainStore($0) }) {
      var own = record
      own.identity = volume.identity
      do throws(StoreError) {
        try VolumeRecordFile.write(own, in: volume.path, configuration.fileSystem)
      } catch {
        _ = volume.fail(.failed(error))
        throw error
      }
    }
    return record
  }

  private func isPlainStore(_ volume: MountedVolume) -> Bool {
    judgement.inspections[volume.place].isPlainStore
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
      store: store, identity: members[0].identity, epoch: epoch,
      previousEpoch: epochs.min() ?? epoch, revision: 0, boot: configuration.bootIdentity(),
      members: members.map(\.identity), entries: entries, policy: replication.policy,
      syncsAllCopies: replication.syncsAllCopies)
  }
}
