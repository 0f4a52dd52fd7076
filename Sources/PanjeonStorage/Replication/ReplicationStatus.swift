// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// How the volumes of an open store fare, and what is being done about it.
public struct ReplicationStatus: Hashable, Sendable {
  /// How a volume fares.
  public enum Condition: Hashable, Sendable {
    /// It is read and written.
    case healthy
    /// It is read, and being emptied.
    case draining
    /// It is not used, because of what it says; it is looked at again and again.
    case failed(String)
  }

  /// A volume of the store.
  public struct VolumeStatus: Hashable, Sendable {
    /// What it was described as.
    public var volume: Volume
    /// How it fares.
    public var condition: Condition
    /// How many files have a copy there.
    public var files: Int
    /// How many bytes those are.
    public var bytes: UInt64
    /// How many bytes more there is room for, as it last said; nil: unknown, or it is not used.
    public var freeBytes: UInt64?
    /// How long a read takes there, by a moving average; before the first, what is expected of its class.
    public var readLatency: Duration
  }

  /// The volumes, in the order in which they came.
  public var volumes: [VolumeStatus]
  /// The placement policy.
  public var policy: PlacementPolicy
  /// What the policy asks for and files lack; empty: nothing.
  public var missing: [String]
  /// How many files wait for a repair, by its priority.
  public var waitingForRepair: [RepairPriority: Int]
  /// How far the following copies of the log are behind, in bytes.
  public var bytesBehind: Int
  /// How many files the store has.
  public var files: Int
  /// What has been counted since the store was opened.
  public var counts: Counts

  /// Whether files have less than the policy asks for.
  public var isDegraded: Bool { !missing.isEmpty }

  /// What is counted of a store with volumes.
  public struct Counts: Hashable, Sendable {
    /// Reads that were asked of a further volume because one was slow or failed.
    public var hedgedReads: UInt64
    /// Reads that failed on a volume.
    public var failedReads: UInt64
    /// Volumes that were taken out of use.
    public var volumeFailures: UInt64
    /// Volumes that were taken into use again.
    public var volumeRecoveries: UInt64
    /// Copies that were made anew.
    public var copiesMade: UInt64
    /// The bytes of those.
    public var bytesCopied: UInt64
    /// Copies that were found not to hold what they should.
    public var copiesDamaged: UInt64
    /// Copies that were moved to make volumes more even.
    public var copiesMoved: UInt64
  }
}

extension EmbeddedStore {
  /// How the volumes fare; nil if the store has one copy, in its directory, or was opened for reading only.
  public var replicationStatus: ReplicationStatus? {
    guard let mounted else { return nil }
    return ReplicationStatus(mounted)
  }

  /// Adds a volume while the store is open: new files may be put there from now on, and old ones are moved to make volumes even.
  ///
  /// - Parameter volume: The volume; its directory is empty or missing.
  /// - Throws: `invalidArgument` for a volume without sense, with a name or path that is taken, or of another store, and for a store without
  ///   volumes; `notAStore` when it holds other things; `locked`, `io`.
  public func addVolume(_ volume: Volume) async throws(StoreError) {
    try await changeVolumes { changes throws(StoreError) in try changes.add(volume) }
  }

  /// Empties a volume while the store is open: nothing more is put there, and what is there is moved.
  ///
  /// ``replicationStatus`` tells when no file is left; then ``removeVolume(named:)`` takes it out.
  ///
  /// - Parameter name: The volume's name.
  /// - Throws: `invalidArgument` when there is no such volume, or the others could not fulfil the policy (it says what would).
  public func drainVolume(named name: String) async throws(StoreError) {
    try await changeVolumes { changes throws(StoreError) in try changes.setDraining(true, name) }
  }

  /// Lets a volume that was to be emptied have files again.
  ///
  /// - Parameter name: The volume's name.
  /// - Throws: `invalidArgument` when there is no such volume.
  public func undrainVolume(named name: String) async throws(StoreError) {
    try await changeVolumes { changes throws(StoreError) in try changes.setDraining(false, name) }
  }

  /// Takes a volume out of the store that is empty, or lost for good.
  ///
  /// - Parameter name: The volume's name.
  /// - Throws: `invalidArgument` when there is no such volume, it still has files, or the others could not fulfil the policy.
  public func removeVolume(named name: String) async throws(StoreError) {
    try await changeVolumes { changes throws(StoreError) in try changes.remove(name) }
  }

  private func changeVolumes(
    _ body: @escaping @Sendable (VolumeChanges) throws(StoreError) -> Void
  ) async throws(StoreError) {
    try requireOpen()
    guard let mounted else {
      throw StoreError(
        .invalidArgument, "the store has no volumes: it has one copy, in its directory",
        file: directory)
    }
    let changes = VolumeChanges(mounted.volumes, configuration)
    try await mounted.changing { () throws(StoreError) in try body(changes) }
  }
}

extension ReplicationStatus {
  package init(_ mounted: MountedStore) {
    let replicated = mounted.volumes
    let entries = replicated.map.all.values
    volumes = replicated.mounted.filter { !$0.isRemoved }.map { volume in
      let there = entries.filter {
        $0.copies.contains(volume.place) || $0.damaged.contains(volume.place)
      }
      let bytes = there.reduce(0) { $0 + $1.bytes }
      return VolumeStatus(
        volume: volume.volume, condition: Condition(volume), files: there.count, bytes: bytes,
        freeBytes: volume.isHealthy ? volume.freeBytes(used: bytes) : nil,
        readLatency: .nanoseconds(Int64(volume.readNanoseconds)))
    }
    policy = replicated.record.policy
    let (queue, lacking) = mounted.repairs.survey()
    missing = lacking
    waitingForRepair = queue.counts
    bytesBehind = replicated.follower.backlog.bytesBehind
    files = entries.count
    let figures = replicated.figures
    counts = Counts(
      hedgedReads: figures.hedgedReads.value, failedReads: figures.failedReads.value,
      volumeFailures: figures.volumeFailures.value,
      volumeRecoveries: figures.volumeRecoveries.value, copiesMade: figures.copiesMade.value,
      bytesCopied: figures.bytesCopied.value, copiesDamaged: figures.copiesDamaged.value,
      copiesMoved: figures.copiesMoved.value)
  }
}

extension ReplicationStatus.Condition {
  package init(_ volume: MountedVolume) {
    switch volume.condition {
    case .healthy: self = volume.isDraining ? .draining : .healthy
    case .failed(let error): self = .failed(error.message)
    case .removed: self = .failed("removed")
    }
  }
}
