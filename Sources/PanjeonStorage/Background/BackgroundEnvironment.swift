// SPDX-License-Identifier: Apache-2.0

internal import Logging
package import WideColumn

/// What flush and compaction need of the store around them.
package final class BackgroundEnvironment: Sendable {
  package let directory: String
  package let configuration: StoreConfiguration
  package let catalog: Catalog
  package let versions: VersionSet
  package let cache: BlockCache
  package let snapshots: SnapshotRegistry
  package let metrics: BackgroundMetrics
  package let events: EventQueue
  package let stalls: StallMeter
  package let damage = DamageLog()
  package let compactionOptions: CompactionOptions
  package let census: CompactionCensus

  /// How far the copies of the log that follow are behind; nil where nothing follows.
  package let backlog: WriteBacklog?

  /// The sequence that plain reads see; a compaction keeps what is visible at it.
  private let visible: AtomicNumber

  /// Waits until the log is synced through a sequence.
  package let syncLog: @Sendable (UInt64) throws(StoreError) -> Void

  /// The greatest timestamp that the store has assigned: kept in the MANIFEST, so that a clock that has gone back
  /// while the store was closed does not hide new puts beneath old ones.
  package let lastTimestamp: @Sendable () -> Int64

  private let stopping = AtomicNumber(0)

  package init(
    directory: String, configuration: StoreConfiguration, catalog: Catalog, versions: VersionSet,
    cache: BlockCache, snapshots: SnapshotRegistry, metrics: BackgroundMetrics,
    events: EventQueue, stalls: StallMeter, visible: AtomicNumber,
    syncLog: @escaping @Sendable (UInt64) throws(StoreError) -> Void,
    lastTimestamp: @escaping @Sendable () -> Int64
  ) {
    self.directory = directory
    self.configuration = configuration
    self.catalog = catalog
    self.versions = versions
    self.cache = cache
    self.snapshots = snapshots
    self.metrics = metrics
    self.events = events
    self.stalls = stalls
    self.visible = visible
    backlog = configuration.writeBacklog
    self.syncLog = syncLog
    self.lastTimestamp = lastTimestamp
    var options = CompactionOptions()
    options.bottomFileBytes = UInt64(configuration.tableFileBytesMax)
    compactionOptions = options
    census = CompactionCensus(
      configuration.timeSource, idleDelay: configuration.idleCompactionDelay)
  }

  /// Whether long work should be given up because the store is closing.
  package var isStopping: Bool { stopping.value != 0 }

  package func stop() {
    stopping.store(1)
  }

  /// The moments whose view of the data must survive, by sequence.
  package func momentsToKeep() -> [PinnedMoment] {
    snapshots.momentsToKeep { visible.value }
  }

  package func table(of region: Region) -> TableHandle {
    guard let table = catalog.table(id: region.tableID) else {
      preconditionFailure("a region without a table")
    }
    return table
  }

  /// Removes SSTables that no region names any more; one that cannot be removed stays until the next open.
  package func remove(_ files: [UInt64]) {
    for number in files {
      cache.erase(table: number)
      do throws(StoreError) {
        try configuration.fileSystem.remove(FileNames.path(directory, .table(number)))
      } catch {
        configuration.logger.warning(
          "an SSTable stays behind; the next open removes it", metadata: ["error": "\(error)"])
      }
    }
  }

  /// Keeps damage in mind that a compaction has met, and lets it not be met again.
  package func noteDamage(_ error: StoreError, region: Region, group: Int) {
    let table = table(of: region).schema.name
    damage.suspendCompaction(of: region, group: group)
    let finding = VerificationFinding(.damaged, error, file: directory, table: table)
    if damage.note(finding) { events.post(.damageFound(finding)) }
  }

  package func layout(of region: Region) -> FamilyLayout {
    table(of: region).layout
  }

  /// How an SSTable of a group is written: as its schema says; where that names no codec, with LZ4 if the build has it.
  package func tableOptions(
    of region: Region, in table: TableHandle, group: Int
  ) -> TableOptions {
    let named = table.schema.localityGroups.first { candidate in
      table.record.groupNumbers[candidate.name] == UInt32(group)
    }
    return TableOptions(
      blockBytes: configuration.blockBytes, compression: named?.compression ?? .builtInDefault,
      bloomBitsPerRow: configuration.bloomBitsPerRow, regionID: region.id,
      localityGroup: UInt32(group), bloomFilter: named?.bloomFilter ?? .row,
      notesAges: table.layout.timeToLive(ofGroup: group) != nil)
  }

  /// The size at which a compaction begins another file: upper runs are one file each, so that a run is a file.
  package func tableFileBytesMax(_ plan: CompactionPlan) -> UInt64 {
    plan.outputLevel == 0 ? .max : UInt64(configuration.tableFileBytesMax)
  }
}

extension BackgroundEnvironment {
  /// By how much flush and compaction have fallen behind.
  package struct FileCounts: Hashable, Sendable {
    /// The largest number of memtables of any group that wait to be flushed.
    package var unflushedMax = 0
    /// The largest number of tiered runs of any group that is compacted.
    package var runsMax = 0
  }

  /// What the pressure on writers follows from; looks at every region.
  package var fileCounts: FileCounts {
    var counts = FileCounts()
    for table in catalog.all {
      for region in table.regions {
        for (number, group) in region.view.groups.enumerated() {
          counts.unflushedMax = max(counts.unflushedMax, group.immutables.count)
          // What is not compacted because it is damaged must not slow down everybody else.
          if !damage.isSuspended(region, group: number) {
            counts.runsMax = max(counts.runsMax, group.upper.count)
          }
        }
      }
    }
    return counts
  }
}

extension LocalityGroup.Compression {
  /// What a group that names no codec is compressed with.
  package static var builtInDefault: LocalityGroup.Compression {
    #if LZ4
      .lz4
    #elseif Snappy
      .snappy
    #else
      .none
    #endif
  }
}
