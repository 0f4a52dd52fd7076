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

  private static let managersMax = 3

  /// Opens a store.
  ///
  /// - Parameters:
  ///   - path: Its directory.
  ///   - configuration: Sizes and file system.
  ///   - faults: What goes wrong.
  ///   - clients: How many there will be.
  ///   - seed: Decides when.
  ///   - onFault: Is told of each fault.
  /// - Throws: As `EmbeddedStore.open(at:configuration:)`.
  init(
    at path: String, _ configuration: StoreConfiguration, faults: Set<WorkloadFault>, clients: Int,
    seed: UInt64, onFault: (@Sendable (ChildMessage) -> Void)? = nil
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
    managers = (0..<min(clients, Self.managersMax)).map { _ in
      let time: any TimeSource =
        faults.contains(.skew) ? SkewedTimeSource(clock, injector: injector) : clock
      // Two managers must not have one seed, not even of two runs on one store.
      return TransactionManager(
        store: faulty, timeSource: time, seed: Platform.randomSeed() ^ random.next())
    }
    self.injector = injector
  }

  /// A manager without faults.
  var plainManager: TransactionManager<EmbeddedStore> {
    TransactionManager(
      store: store, timeSource: SystemTimeSource(), seed: Platform.randomSeed())
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
