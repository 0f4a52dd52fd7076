// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

extension EmbeddedStore {
  /// Whether nothing is being flushed, compacted, split or merged, nor waits for it; true of a store that is only read.
  public var isIdle: Bool { background?.isIdle ?? true }

  /// What the store has done since it was opened, and what it consists of now.
  ///
  /// Looks at every region: about a millisecond for ten thousand. A closed store still has its last figures. See
  /// <doc:MetricsAndEvents>.
  public var metrics: Metrics {
    var metrics = Metrics()
    let now = configuration.timeSource.monotonicNanoseconds()
    metrics.elapsed = .nanoseconds(Int64(now - min(now, openedAtNanoseconds)))
    // Together, so that a region is not counted both as one that is and as one that was.
    let (tables, commits, retired) = pipeline.monitor.withLock { state in
      (
        catalog.all, state.counts,
        background?.environment.metrics.retiredReads ?? RegionReads()
      )
    }
    metrics.commits = commits
    metrics.commits.refused = pipeline.statistics.refused.value
    fill(&metrics, tables, retired)
    fillMemory(&metrics)
    metrics.snapshots = snapshots.metrics
    metrics.snapshots.ageMax = isReadOnly ? nil : configuration.snapshotAgeMax
    metrics.errors.cause = readOnlyCause?.description
    metrics.recovery = recovery
    metrics.replication = replicationStatus.map(Metrics.Replication.init)
    if let background { fill(&metrics, background) }
    return metrics
  }

  private func fill(_ metrics: inout Metrics, _ tables: [TableHandle], _ retired: RegionReads) {
    var reads = retired
    for table in tables {
      for region in table.regions {
        reads.add(region.metrics)
        for group in region.view.groups {
          metrics.flushes.waiting += UInt64(group.immutables.count)
          metrics.compactions.runsMax = max(
            metrics.compactions.runsMax, UInt64(group.upper.count))
        }
      }
      metrics.regions.count += UInt64(table.regions.count)
    }
    metrics.tables = tables.map(Metrics.TableFiles.init)
    metrics.reads.gets = reads.lookups.gets
    metrics.reads.filterChecks = reads.lookups.filterChecks
    metrics.reads.filterRejections = reads.lookups.filterRejections
    metrics.reads.conditions = reads.conditions
    metrics.reads.scannedRows = reads.scannedRows
    metrics.reads.scans = scans.value
    metrics.reads.blockBytesRead = cache.blockBytesRead.value
  }

  private func fillMemory(_ metrics: inout Metrics) {
    let budget = cache.budget
    metrics.cache.hits = cache.hits
    metrics.cache.misses = cache.misses
    metrics.cache.bytes = UInt64(cache.bytes)
    metrics.cache.capacityBytes = UInt64(budget.cacheCapacity)
    metrics.memory.budgetBytes = UInt64(budget.totalBytes)
    metrics.memory.memtableBytes = UInt64(budget.reservedBytes(.memtables))
    metrics.memory.tableMetadataBytes = UInt64(budget.reservedBytes(.tableMetadata))
    metrics.memory.cachedBlockBytes = metrics.cache.bytes
    metrics.memory.cachedRowBytes = UInt64(budget.reservedBytes(.rows))
    if let rowCache {
      metrics.rowCache.hits = rowCache.hits
      metrics.rowCache.misses = rowCache.misses
      metrics.rowCache.bytes = UInt64(rowCache.bytes)
      metrics.rowCache.capacityBytes = UInt64(rowCache.bytesMax)
    }
  }

  private func fill(_ metrics: inout Metrics, _ background: BackgroundWork) {
    let statistics = pipeline.statistics
    metrics.log.writes = statistics.logWrites.value
    metrics.log.syncs = statistics.logSyncs.value
    metrics.log.records = statistics.logRecords.value
    metrics.log.bytes = statistics.logBytes.value
    let live = background.segments.live
    metrics.log.segments = UInt64(live.count)
    metrics.log.retainedBytes = live.bytes
    metrics.log.retainedBytesMax = UInt64(configuration.logRetentionBytesMax)
    let environment = background.environment
    let counters = environment.metrics
    metrics.flushes.count = counters.flushes.value
    metrics.flushes.bytes = counters.flushedBytes.value
    metrics.compactions.count = counters.compactions.value
    metrics.compactions.bytesRead = counters.compactionBytesRead.value
    metrics.compactions.bytesWritten = counters.compactionBytesWritten.value
    metrics.regions.splits = counters.regionSplits.value
    metrics.regions.merges = counters.regionMerges.value
    metrics.scrub.passes = counters.scrubs.value
    metrics.scrub.bytes = counters.scrubbedBytes.value
    metrics.errors.halts = counters.halts.value
    metrics.errors.resumptions = counters.resumptions.value
    metrics.errors.damage = UInt64(environment.damage.findings.count)
    metrics.stalls = environment.stalls.stalls
    metrics.events = environment.events.counts
  }
}

extension Metrics.TableFiles {
  /// What a table consists of.
  package init(_ table: TableHandle) {
    self.init(name: table.schema.name)
    regions = UInt64(table.regions.count)
    // Several regions may have parts of one file.
    var upper: Set<UInt64> = []
    var bottom: Set<UInt64> = []
    for region in table.regions {
      var files = 0
      for group in region.view.groups {
        upper.formUnion(group.upper.map(\.number))
        bottom.formUnion(group.bottom.map(\.number))
        upperBytes += group.upper.reduce(0) { $0 + $1.bytes }
        bottomBytes += group.bottom.reduce(0) { $0 + $1.bytes }
        files += group.upper.count + (group.bottom.isEmpty ? 0 : 1)
      }
      readAmplification = max(readAmplification, UInt64(files))
    }
    upperFiles = UInt64(upper.count)
    bottomFiles = UInt64(bottom.count)
  }
}
