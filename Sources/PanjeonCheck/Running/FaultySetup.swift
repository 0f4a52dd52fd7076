// SPDX-License-Identifier: Apache-2.0

internal import Logging
package import PanjeonStorage
internal import PanjeonTesting
internal import PanjeonTransactions
internal import WideColumn

/// An embedded store behind faults, with a few managers of transactions, each with a clock of its own.
package struct FaultySetup: Sendable {
  let store: EmbeddedStore
  let injector: FaultInjector
  let managers: [TransactionManager<FaultInjectingStore<EmbeddedStore>>]
  /// Those that commit in two phases.
  let twoPhaseManagers: [TransactionManager<TwoPhaseStore<FaultInjectingStore<EmbeddedStore>>>]

  static let managersMax = 4

  /// Locks are given up soon: runs are short.
  static let locks = LockOptions(timeToLive: .milliseconds(250))

  /// Opens a store.
  ///
  /// - Parameters:
  ///   - path: Its directory.
  ///   - configuration: Sizes and file system.
  ///   - commits: How transactions commit.
  ///   - faults: What goes wrong.
  ///   - clients: How many there will be.
  ///   - seed: Decides when.
  ///   - onFault: Is told of each fault.
  /// - Throws: As `EmbeddedStore.open(at:configuration:)`.
  init(
    at path: String, _ configuration: StoreConfiguration, commits: PathSelection = .oneBatch,
    faults: Set<WorkloadFault>, clients: Int, seed: UInt64,
    onFault: (@Sendable (ChildMessage) -> Void)? = nil
  ) async throws(StoreError) {
    store = try await EmbeddedStore.open(at: path, configuration: configuration)
    let clock = SystemTimeSource()
    var random = SplitMix64(seed: seed)
    var options = FaultInjector.Options(faults)
    options.onFault = { fault in
      if let message = ChildMessage(fault) { onFault?(message) }
    }
    let injector = FaultInjector(options, seed: random.next(), clock: clock)
    let faulty = FaultInjectingStore(store, injector: injector)
    let times = (0..<min(clients, Self.managersMax)).map { _ -> any TimeSource in
      faults.contains(.skew) ? SkewedTimeSource(clock, injector: injector) : clock
    }
    // Two managers must not have one seed, not even of two runs on one store.
    let seeds = times.map { _ in Platform.randomSeed() ^ random.next() }
    let places = times.indices.filter { !commits.isTwoPhase(manager: $0) }
    managers = places.map { place in
      TransactionManager(
        store: faulty, timeSource: times[place], seed: seeds[place], locks: Self.locks)
    }
    twoPhaseManagers = times.indices.filter { !places.contains($0) }.map { place in
      TransactionManager(
        store: TwoPhaseStore(
          faulty, timeSource: times[place], options: TwoPhaseOptions(locks: Self.locks)),
        timeSource: times[place], seed: seeds[place])
    }
    self.injector = injector
  }

  /// A manager without faults.
  var plainManager: TransactionManager<EmbeddedStore> {
    TransactionManager(
      store: store, timeSource: SystemTimeSource(), seed: Platform.randomSeed(),
      locks: Self.locks)
  }

  /// Closes the store once nothing is done in the background any more.
  func close() async throws(StoreError) {
    for manager in twoPhaseManagers { await manager.store.drain() }
    try await store.close()
  }

  /// Sizes so small that a short run flushes, compacts, and uses log segments again.
  ///
  /// A log whose end is torn is what a crash is for: the store says nothing of it, only of errors.
  package static var configuration: StoreConfiguration {
    var configuration = StoreConfiguration()
    configuration.logger.logLevel = .error
    configuration.memtableBytesMax = 256 << 10
    configuration.logSegmentBytes = 256 << 10
    configuration.logRetentionBytesMax = 1 << 20
    configuration.blockBytes = 1024
    configuration.recentRowsMax = 256
    configuration.tableFileBytesMax = 1 << 20
    return configuration
  }

  /// Creates the tables, each cut into regions.
  func createTables() async throws(StoreError) {
    for schema in WorkloadTables.schemas {
      try await store.createTable(schema, splitAt: WorkloadTables.splitPoints)
    }
  }
}
