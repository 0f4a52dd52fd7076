// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
internal import PanjeonTesting
internal import PanjeonTransactions
internal import WideColumn

/// A run in this process, on an embedded store: clients, then the store opened again, then the last reads.
struct EmbeddedRun: Sendable {
  let request: RunRequest
  let path: String
  let configuration: StoreConfiguration

  func run() async throws -> FinishedRun {
    let recorded = InMemoryHistory()
    let runner = WorkloadRunner(
      request.kind.workload(seed: request.seed), clock: SystemTimeSource(), history: recorded,
      request.workloadOptions)
    let setup = try await open()
    try await setup.createTables()
    try await runner.runFirst(through: setup.plainManager)
    try await Self.run(runner, setup, seed: request.seed)
    let faults = setup.injector.counts
    try await setup.store.close()
    // What was acknowledged is read back from what the store has kept.
    let again = try await open()
    try await runner.runLast(through: again.plainManager)
    try await again.store.close()
    return FinishedRun(
      history: HistoryFile.bytes(recorded.events), counts: runner.counts, faults: faults)
  }

  private func open() async throws(StoreError) -> FaultySetup {
    try await FaultySetup(
      at: path, configuration, faults: request.faults, clients: request.clients, seed: request.seed)
  }

  /// Runs all clients while regions change.
  static func run(_ runner: WorkloadRunner, _ setup: FaultySetup, seed: UInt64) async throws {
    try await withThrowingTaskGroup { group in
      group.addTask { try await RegionChanges(setup.store, seed: seed).run() }
      do {
        try await runner.runClients(through: setup.managers)
      } catch {
        group.cancelAll()
        throw error
      }
      setup.injector.stop()
      group.cancelAll()
      try await group.waitForAll()
    }
  }
}

/// A run on the engine with a file system in memory.
struct MemoryRun: Sendable {
  let request: RunRequest

  func run() async throws -> FinishedRun {
    var configuration = FaultySetup.configuration
    configuration.fileSystem = InMemoryFileSystem()
    return try await EmbeddedRun(request: request, path: "/check", configuration: configuration)
      .run()
  }
}

/// A run on the engine in a directory.
struct DirectoryRun: Sendable {
  let request: RunRequest
  let parent: String

  func run() async throws -> FinishedRun {
    let path = try StoreRemoval.newDirectory(request.storeName, in: parent)
    var finished = try await EmbeddedRun(
      request: request, path: path, configuration: FaultySetup.configuration
    ).run()
    finished.directory = path
    return finished
  }
}
