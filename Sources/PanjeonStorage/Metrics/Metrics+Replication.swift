// SPDX-License-Identifier: Apache-2.0

extension Metrics {
  /// The copies of a store on volumes.
  public struct Replication: Hashable, Sendable {
    /// What the policy asks for and files lack, now; nil: nothing.
    public var missing: String?
    /// Files that wait for a copy to be made or removed, now.
    public var filesWaiting: UInt64 = 0
    /// How far the copies of the log that follow are behind, now, in bytes.
    public var bytesBehind: UInt64 = 0
    /// Reads that were asked of a further volume because one was slow or failed.
    public var hedgedReads: UInt64 = 0
    /// Reads that failed on a volume.
    public var failedReads: UInt64 = 0
    /// Volumes that were taken out of use.
    public var volumeFailures: UInt64 = 0
    /// Volumes that were taken into use again.
    public var volumeRecoveries: UInt64 = 0
    /// Copies that were made anew.
    public var copiesMade: UInt64 = 0
    /// The bytes of those.
    public var bytesCopied: UInt64 = 0
    /// Copies that were found not to hold what they should.
    public var copiesDamaged: UInt64 = 0
    /// Copies that were moved to make volumes more even.
    public var copiesMoved: UInt64 = 0
    /// The volumes, in the order in which they came.
    public var volumes: [Volume] = []

    /// Creates figures of zero.
    public init() {}

    func since(_ earlier: Replication) -> Replication {
      var difference = self
      difference.hedgedReads = hedgedReads.since(earlier.hedgedReads)
      difference.failedReads = failedReads.since(earlier.failedReads)
      difference.volumeFailures = volumeFailures.since(earlier.volumeFailures)
      difference.volumeRecoveries = volumeRecoveries.since(earlier.volumeRecoveries)
      difference.copiesMade = copiesMade.since(earlier.copiesMade)
      difference.bytesCopied = bytesCopied.since(earlier.bytesCopied)
      difference.copiesDamaged = copiesDamaged.since(earlier.copiesDamaged)
      difference.copiesMoved = copiesMoved.since(earlier.copiesMoved)
      return difference
    }

    var figures: [MetricsFigure] {
      [
        .present("degraded", missing == nil ? 0 : 1), .text("missing", missing),
        .present("filesWaiting", filesWaiting),
        .present("bytesBehind", bytesBehind), .total("hedgedReads", hedgedReads),
        .total("failedReads", failedReads), .total("volumeFailures", volumeFailures),
        .total("volumeRecoveries", volumeRecoveries), .total("copiesMade", copiesMade),
        .total("bytesCopied", bytesCopied), .total("copiesDamaged", copiesDamaged),
        .total("copiesMoved", copiesMoved),
      ]
    }
  }

  /// A volume of a store.
  public struct Volume: Hashable, Sendable {
    /// Its name.
    public var name: String
    /// Whether it is in use: 1, or 0 after a call of it has failed or taken too long.
    public var healthy: UInt64 = 1
    /// Files that have a copy there.
    public var files: UInt64 = 0
    /// The bytes of those.
    public var bytes: UInt64 = 0
    /// How many bytes more there is room for; nil: unknown.
    public var freeBytes: UInt64?
    /// How long a read takes there, by a moving average.
    public var readLatency = Duration.zero

    /// Creates figures of zero.
    public init(name: String) {
      self.name = name
    }

    var figures: [MetricsFigure] {
      [
        .present("healthy", healthy), .present("files", files), .present("bytes", bytes),
        .present("freeBytes", freeBytes), .present("readLatency", readLatency),
      ]
    }
  }
}

extension Metrics.Replication {
  init(_ status: ReplicationStatus) {
    missing = status.isDegraded ? status.missing.joined(separator: "; ") : nil
    filesWaiting = UInt64(status.waitingForRepair.values.reduce(0, +))
    bytesBehind = UInt64(status.bytesBehind)
    hedgedReads = status.counts.hedgedReads
    failedReads = status.counts.failedReads
    volumeFailures = status.counts.volumeFailures
    volumeRecoveries = status.counts.volumeRecoveries
    copiesMade = status.counts.copiesMade
    bytesCopied = status.counts.bytesCopied
    copiesDamaged = status.counts.copiesDamaged
    copiesMoved = status.counts.copiesMoved
    volumes = status.volumes.map(Metrics.Volume.init)
  }
}

extension Metrics.Volume {
  fileprivate init(_ status: ReplicationStatus.VolumeStatus) {
    name = status.volume.name
    if case .failed = status.condition { healthy = 0 }
    files = UInt64(status.files)
    bytes = status.bytes
    freeBytes = status.freeBytes
    readLatency = status.readLatency
  }
}
