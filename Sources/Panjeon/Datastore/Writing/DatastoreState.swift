// SPDX-License-Identifier: Apache-2.0

internal import PanjeonTransactions
internal import Synchronization
internal import WideColumn

/// What transactions and snapshots of a datastore have to know of it.
public final class DatastoreState: Sendable {
  let schema: DatastoreSchema
  let options: DatastoreOptions
  let observers = Observers()
  /// The table of the roots above each type.
  private let tables: [Int: String]
  private let indexes: Set<AnyObjectType>
  /// The indexes that reads may not use, by number.
  private let notReady = Mutex<Set<Int>>([])

  private let kept: Mutex<DeletionsKept>

  private let timeSource: any TimeSource

  init(schema: DatastoreSchema, options: DatastoreOptions, timeSource: any TimeSource) {
    self.timeSource = timeSource
    self.schema = schema
    self.options = options
    kept = Mutex(DeletionsKept(options.deletionsKept.microseconds))
    var tables: [Int: String] = [:]
    for root in schema.roots {
      root.forEachBelow { tables[$0.type.number] = root.type.table }
    }
    self.tables = tables
    indexes = Set(schema.declarations.filter(\.isIndex).map(\.type))
  }

  /// Microseconds since the Unix epoch.
  var now: Int64 { timeSource.presentMicroseconds() }

  func tableOfRoot(above typeNumber: Int) -> String? { tables[typeNumber] }

  /// Throws `undeclared`, `indexNotReady`.
  func requireReady(_ type: AnyObjectType) throws(DatastoreError) {
    guard indexes.contains(type) else {
      throw DatastoreError(
        .undeclared, "no type of the schema has the index '\(type.name)' among its indexes",
        index: type.name)
    }
    if notReady.withLock({ $0.contains(type.number) }) {
      throw DatastoreError(
        .indexNotReady, "the index '\(type.name)' has not been built; see Datastore.buildIndex",
        index: type.name)
    }
  }

  func isReady(_ number: Int) -> Bool { !notReady.withLock { $0.contains(number) } }

  func setReady(_ number: Int, _ isReady: Bool) {
    notReady.withLock { numbers in
      if isReady { numbers.remove(number) } else { numbers.insert(number) }
    }
  }

  /// Whether all deletions since a moment are remembered.
  func knowsDeletions(since moment: Int64) -> Bool {
    let now = now
    return kept.withLock { $0.isKnown(since: moment, at: now) }
  }

  /// Sets for how long deletions have been remembered, where the store says it.
  func setDeletionsKept(_ known: DeletionsKept?) {
    guard let known else { return }
    kept.withLock { $0 = known }
  }

  /// Throws `undeclared` when there is no place for the object in the schema; `invalidArgument` when its key could not be read back.
  func requirePlace(_ key: AnyKey, _ type: AnyObjectType) throws(DatastoreError) {
    let place = schema.node(of: key)
    // Only a tuple that is too deep makes a key that is no key.
    if KeyComponent(decoding: key.row) == nil
      || (place == nil && KeyPathParts(key.qualifier) == nil)
    {
      throw DatastoreError(
        .invalidArgument,
        "an id has tuples nested more than \(KeyComponent.depthMax) deep", key: key)
    }
    if place?.type != type {
      throw DatastoreError(
        .undeclared, "the schema has no '\(type.name)' at this place", key: key)
    }
  }
}

/// Sizes and times of a datastore.
public struct DatastoreOptions: Hashable, Sendable {
  /// For how long it can be told that an object was deleted, to those who observe and come back; by default 7 days.
  ///
  /// Each deletion leaves a cell of some bytes for so long. A longer time holds for the deletions that are made from then on.
  public var deletionsKept: Duration = .seconds(7 * 86_400)

  /// How often an observer looks by itself, for commits whose outcome nobody was told; by default 5 s.
  public var observersLook: Duration = .seconds(5)

  /// How long what is observed may stand still, while other things in its row change, until the observer is told how far it has come: changes
  /// without any (``CommittedChanges/changes``); by default an hour.
  ///
  /// Who keeps the sequence of those comes back to what is newer alone. Zero: told each time that the row is looked at.
  public var observersAdvance: Duration = .seconds(3600)

  /// How deep triggers may set off triggers; by default 16.
  public var triggerDepthMax = 16

  /// How many objects a transaction of a build or of a deletion in pieces takes at the most; by default 256.
  ///
  /// A deletion takes fewer of large records: some 4 MiB.
  public var objectsPerPiece = 256

  /// Creates the default options.
  public init() {}

  /// Throws `invalidArgument` for what makes no sense.
  func validate() throws(DatastoreError) {
    guard deletionsKept >= .microseconds(1), observersLook >= .milliseconds(1),
      observersAdvance >= .zero,
      triggerDepthMax >= 1, objectsPerPiece >= 1
    else {
      throw DatastoreError(
        .invalidArgument,
        "deletions are kept for a microsecond at least, observers look every millisecond at most, times are not negative, and counts are positive"
      )
    }
  }
}

/// What an attempt of a transaction has to remember for its datastore.
struct DatastoreAttempt {
  var state: DatastoreState
  var changes: ChangedObjects
  var triggerDepth = 0
}

enum DatastoreAttemptKey: TransactionKey {
  static var defaultValue: DatastoreAttempt? { nil }
}
