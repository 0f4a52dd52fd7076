// SPDX-License-Identifier: Apache-2.0

public import Logging
public import WideColumn

/// How a store is opened: sizes, bounds and the world around it.
///
/// Every queue, cache and retry of the engine has its bound here. A store does not open with one that makes no sense
/// (`invalidArgument`, which says what it may be): no time is negative, or longer than a century.
public struct StoreConfiguration: Sendable {
  /// Whether a directory without a store is made into one; by default true.
  public var createsIfMissing = true

  /// What memtables, cached blocks, indexes and filters, and compaction buffers may take together, in
  /// bytes; by default 256 MiB.
  public var memoryBudgetBytes = 256 << 20

  /// What rows that are read again and again may take of the memory budget, in bytes; by default nil: an eighth of it.
  ///
  /// Zero: none are kept. See <doc:CachedRows>.
  public var rowCacheBytesMax: Int?

  /// The size at which a memtable is flushed to an SSTable, in bytes; by default 32 MiB.
  public var memtableBytesMax = 32 << 20

  /// How many full memtables may wait to be flushed before writers wait for the flush; by default 3.
  public var unflushedMemtablesMax = 3

  /// The size of a segment of the write-ahead log, in bytes; by default 32 MiB.
  public var logSegmentBytes = 32 << 20

  /// How much of the log is kept before the memtables that pin its oldest segment are flushed, in bytes; by
  /// default 192 MiB.
  public var logRetentionBytesMax = 192 << 20

  /// How many segments are kept to be written again; by default 4.
  public var spareLogSegmentsMax = 4

  /// How many bytes may wait for the log before commits wait for room; by default 16 MiB.
  public var pendingLogBytesMax = 16 << 20

  /// How long a commit of durability `memory` may stay out of the log; by default 20 ms.
  public var memoryDurabilityDelay: Duration = .milliseconds(20)

  /// How many written rows the sequencer remembers to validate commits without I/O; by default 16,384.
  public var recentRowsMax = 16384

  /// How often a commit is checked again because a row it depends on was written meanwhile; by default 128.
  public var recheckAttemptsMax = 128

  /// How many snapshots may be open at once; by default 65,536.
  public var snapshotsMax = 65536

  /// How old a snapshot may become, those of scans and transactions included; by default nil: as old as it likes.
  ///
  /// One that is older expires within about a second: the store keeps what it sees no longer, and reads at it throw
  /// `snapshotTooOld`. ``Metrics/snapshots`` shows the age of the oldest.
  public var snapshotAgeMax: Duration?

  /// The target size of a block of an SSTable before compression, in bytes; by default 16 KiB.
  public var blockBytes = 16 << 10

  /// The bits of the Bloom filter for each row; by default 10.
  public var bloomBitsPerRow = 10

  /// The size at which compaction begins a new SSTable, in bytes; by default 64 MiB.
  public var tableFileBytesMax = 64 << 20

  /// Whether regions are split when the policy of their table says so; by default true.
  ///
  /// Tools that only put something right switch it off.
  public var splitsRegionsByPolicy = true

  /// How often regions are made more even by themselves, by what ``EmbeddedStore/regionProposals(for:)`` says; by default
  /// nil: never.
  public var normalizationInterval: Duration?

  /// How long a region is not written to before what its readers have to merge, and its deletes, are got rid of; by default ten
  /// minutes; nil: never.
  public var idleCompactionDelay: Duration? = .seconds(600)

  /// How fast a thread reads through all SSTables again and again, looking for rot, in bytes a second; by default nil: it
  /// does not.
  ///
  /// What it finds ``EmbeddedStore/knownDamage`` lists, and the logger gets.
  public var scrubBytesPerSecond: Int?

  /// How long that thread rests between two passes; by default a day.
  public var scrubInterval: Duration = .seconds(86_400)

  /// How many threads read files for clients; by default 2.
  public var readThreads = 2

  /// The sizes the store accepts.
  public var limits = StoreLimits()

  /// On which volumes the store keeps copies of its files; by default nil: it has one copy, in its directory, or what its volumes
  /// say of themselves (<doc:Replication>).
  public var replication: ReplicationConfiguration?

  /// The file system beneath the store, and beneath its volumes; by default the operating system's.
  public var fileSystem: any FileSystem = PosixFileSystem()

  /// The clock; by default the operating system's.
  public var timeSource: any TimeSource = SystemTimeSource()

  /// Where the random bits of a store's identity and incarnation come from.
  package var randomNumber: @Sendable () -> UInt64 = { Platform.randomSeed() }

  /// The present life of the machine, in which what was not synced is still in memory; empty: unknown.
  package var bootIdentity: @Sendable () -> String = { Platform.bootIdentity() }

  /// How far copies of the log are behind that the file system writes later; nil: it writes none.
  package var writeBacklog: WriteBacklog?

  /// Where the store reports what it does in the background; each line has the store's directory in its metadata.
  public var logger = Logger(label: "panjeon")

  /// Called with each event, in order, on a thread of the store's own that holds no lock; by default nil.
  ///
  /// It should return soon: events wait in a queue of 1,024, beyond which they are dropped and counted, and closing the store
  /// waits for the last. A store that is opened for reading only has none. The article <doc:MetricsAndEvents> tells more.
  public var onEvent: (@Sendable (StoreEvent) -> Void)?

  /// Creates the default configuration.
  public init() {}
}
