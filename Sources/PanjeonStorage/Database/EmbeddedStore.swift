// SPDX-License-Identifier: Apache-2.0

internal import Logging
internal import Synchronization
public import WideColumn

/// A wide-column store in a directory of this machine, used from within the process.
///
/// Reads see whole rows; snapshots see one moment of the whole store; any set of rows of any tables is checked
/// and changed in one atomic batch. Every method may be called from any number of tasks at once. A store has one
/// writer: a second ``open(at:configuration:)`` of the same directory fails with `locked`, while any number of
/// ``openReadOnly(at:configuration:)`` may look on. Call ``close()`` when done: the store keeps threads until then.
public final class EmbeddedStore: Sendable {
  package let directory: String
  package let configuration: StoreConfiguration
  package let catalog: Catalog
  package let snapshots: SnapshotRegistry
  package let executor: IOExecutor
  package let cache: BlockCache
  package let rowCache: RowCache?
  package let pipeline: CommitPipeline
  package let background: BackgroundWork?
  package let recovery: RecoveryReport
  package let lock: (any FileLock)?
  /// The volumes that hold its files; nil: it has one copy, in its directory.
  package let mounted: MountedStore?
  package let lifecycle = StoreLifecycle()
  /// Scans begun since the store was opened.
  package let scans = AtomicNumber(0)
  /// When it was opened, by its clock.
  package let openedAtNanoseconds: UInt64

  /// Which life of which store this is; durable, and never the same for a checkpoint or a restored backup as for the
  /// store it comes from.
  ///
  /// Whoever keeps the name of something under way in the store (a transaction, a lock) keeps this with it, and gives it up
  /// when it has changed; see <doc:Backup>. `.unknown` for a store of an older version that is only read.
  public let incarnation: StoreIncarnation

  package init(_ parts: StoreParts) {
    directory = parts.directory
    configuration = parts.configuration
    catalog = parts.catalog
    snapshots = parts.snapshots
    executor = parts.executor
    cache = parts.cache
    rowCache = parts.rowCache
    pipeline = parts.pipeline
    background = parts.background
    recovery = parts.recovery
    lock = parts.lock
    mounted = parts.mounted
    openedAtNanoseconds = parts.configuration.timeSource.monotonicNanoseconds()
    incarnation = parts.incarnation
  }

  /// The sizes the store accepts.
  public var limits: StoreLimits { configuration.limits }

  /// Whether the store was opened for reading only.
  public var isReadOnly: Bool { background == nil }
}

/// What opening a store brings together.
package struct StoreParts {
  package var directory: String
  package var configuration: StoreConfiguration
  package var catalog: Catalog
  package var snapshots: SnapshotRegistry
  package var executor: IOExecutor
  package var cache: BlockCache
  package var rowCache: RowCache?
  package var pipeline: CommitPipeline
  package var background: BackgroundWork?
  package var recovery: RecoveryReport
  package var lock: (any FileLock)?
  package var incarnation: StoreIncarnation
  package var mounted: MountedStore?
}

/// What recovery found when a store was opened.
public struct RecoveryReport: Hashable, Sendable {
  /// How many records of the log were read again.
  public var recordsReplayed = 0

  /// How many bytes of an incomplete end of the log were dropped: writes that were never acknowledged as more
  /// than `memory`, or that a power cut took before their sync.
  public var bytesDropped: UInt64 = 0

  /// How many files belonged to nothing and were removed.
  public var orphansRemoved = 0

  /// How long opening took.
  public var duration: Duration = .zero
}

/// Whether a store is open, closing or closed.
package final class StoreLifecycle: Sendable {
  private enum State {
    case open, closing, closed
  }

  private let state = Mutex(State.open)

  package var isOpen: Bool { state.withLock { $0 == .open } }

  /// Whether the caller is the one that closes the store.
  package func beginClosing() -> Bool {
    state.withLock { state in
      guard state == .open else { return false }
      state = .closing
      return true
    }
  }

  package func finishClosing() {
    state.withLock { $0 = .closed }
  }
}
