// SPDX-License-Identifier: Apache-2.0

/// What a store has done and what it consists of at one moment.
///
/// ``EmbeddedStore/metrics`` makes one. The article <doc:MetricsAndEvents> names each figure, its unit, and what a bad value
/// means. Totals count from the opening of the store; ``since(_:)`` makes rates of them. Printed, it is a table.
public struct Metrics: Hashable, Sendable {
  /// How long the store has been open; of a difference, the time between the two.
  public var elapsed = Duration.zero
  /// Commits.
  public var commits = Commits()
  /// The write-ahead log.
  public var log = Log()
  /// Gets, scans and what they read.
  public var reads = Reads()
  /// The block cache.
  public var cache = Cache()
  /// The row cache.
  public var rowCache = Cache()
  /// The memory budget, by use.
  public var memory = Memory()
  /// Memtables written to SSTables.
  public var flushes = Flushes()
  /// SSTables merged.
  public var compactions = Compactions()
  /// The files of each table, by the table's name.
  public var tables: [TableFiles] = []
  /// Regions of all tables.
  public var regions = Regions()
  /// Open snapshots.
  public var snapshots = Snapshots()
  /// Commits held back, by cause.
  public var stalls = Stalls()
  /// What went wrong.
  public var errors = Errors()
  /// The thread that looks for rot.
  public var scrub = Scrub()
  /// What recovery found when the store was opened.
  public var recovery = RecoveryReport()
  /// The copies of a store on volumes; nil of one that has none, or is only read.
  public var replication: Replication?
  /// Events handed to ``StoreConfiguration/onEvent``.
  public var events = Events()

  /// Creates a value of which every figure is zero.
  public init() {}

  /// Bytes written to log and SSTables for each byte of log records; nil before there are any.
  public var writeAmplification: Double? {
    (log.bytes + flushes.bytes + compactions.bytesWritten).per(log.bytes)
  }

  /// What has happened between `earlier` and this value.
  ///
  /// Totals are subtracted; what tells the present, `longest` of stalls, and what recovery found stay as they are.
  public func since(_ earlier: Metrics) -> Metrics {
    var difference = self
    difference.elapsed = max(.zero, elapsed - earlier.elapsed)
    difference.commits = commits.since(earlier.commits)
    difference.log = log.since(earlier.log)
    difference.reads = reads.since(earlier.reads)
    difference.cache = cache.since(earlier.cache)
    difference.rowCache = rowCache.since(earlier.rowCache)
    difference.flushes = flushes.since(earlier.flushes)
    difference.compactions = compactions.since(earlier.compactions)
    difference.regions = regions.since(earlier.regions)
    difference.snapshots = snapshots.since(earlier.snapshots)
    difference.stalls = stalls.since(earlier.stalls)
    difference.errors = errors.since(earlier.errors)
    difference.scrub = scrub.since(earlier.scrub)
    difference.replication = replication.map { $0.since(earlier.replication ?? Replication()) }
    difference.events = events.since(earlier.events)
    return difference
  }

  /// Every figure, in the order of the article <doc:MetricsAndEvents>.
  package var sections: [MetricsSection] {
    let ofEveryStore = [
      MetricsSection("commits", commits.figures), MetricsSection("log", log.figures),
      MetricsSection("reads", reads.figures), MetricsSection("cache", cache.figures),
      MetricsSection("rowCache", rowCache.figures),
      MetricsSection("memory", memory.figures), MetricsSection("flushes", flushes.figures),
      MetricsSection(
        "compactions",
        compactions.figures + [.ratio("writeAmplification", writeAmplification)]),
      MetricsSection(
        "tables", dimension: "table", tables.map { .init(name: $0.name, figures: $0.figures) }),
      MetricsSection("regions", regions.figures), MetricsSection("snapshots", snapshots.figures),
      MetricsSection(
        "stalls", dimension: "cause",
        StallCause.allCases.map { .init(name: $0.rawValue, figures: stalls[$0].figures) }),
      MetricsSection("errors", errors.figures), MetricsSection("scrub", scrub.figures),
      MetricsSection("recovery", recovery.figures), MetricsSection("events", events.figures),
    ]
    guard let replication else { return ofEveryStore }
    return ofEveryStore + [
      MetricsSection("replication", replication.figures),
      MetricsSection(
        "volumes", dimension: "volume",
        replication.volumes.map { .init(name: $0.name, figures: $0.figures) }),
    ]
  }
}
