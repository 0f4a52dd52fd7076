// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import PanjeonTransactions
import WideColumn

/// Runs workloads on an engine in memory.
enum WorkloadFixture {
  static func store() async throws -> EmbeddedStore {
    var configuration = StoreConfiguration()
    configuration.fileSystem = InMemoryFileSystem()
    configuration.memtableBytesMax = 64 << 10
    configuration.logSegmentBytes = 64 << 10
    configuration.logRetentionBytesMax = 256 << 10
    configuration.blockBytes = 1024
    let store = try await EmbeddedStore.open(at: "/workload", configuration: configuration)
    for schema in WorkloadTables.schemas {
      try await store.createTable(schema, splitAt: WorkloadTables.splitPoints)
    }
    return store
  }

  /// Runs a workload through two managers, and returns its history.
  static func run<Store: AtomicBatchStore & TableAdministration>(
    _ kind: WorkloadKind, seed: UInt64 = TestSeed.value, on store: Store,
    _ change: (inout WorkloadOptions) -> Void = { _ in }
  ) async throws -> (events: [HistoryEvent], counts: WorkloadCounts) {
    var options = WorkloadOptions()
    options.transactions = 300
    options.seed = seed
    change(&options)
    let clock = SystemTimeSource()
    let recorded = InMemoryHistory()
    let runner = WorkloadRunner(
      kind.workload(seed: seed), clock: clock, history: recorded, options)
    let managers = (1...2).map {
      TransactionManager(store: store, timeSource: clock, seed: seed &+ $0)
    }
    try await runner.run(through: managers)
    return (recorded.events, runner.counts)
  }
}
