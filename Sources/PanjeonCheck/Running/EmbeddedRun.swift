// SPDX-License-Identifier: Apache-2.0

package import PanjeonStorage
internal import PanjeonTesting
internal import PanjeonTransactions
internal import WideColumn

/// A run in this process, on an embedded store: clients, then the store opened again, then the last reads.
package struct EmbeddedRun: Sendable {
  let request: RunRequest
  let path: String
  let configuration: StoreConfiguration

  package init(request: RunRequest, path: String, configuration: StoreConfiguration) {
    self.request = request
    self.path = path
    self.configuration = configuration
  }

  package func run() async -> FinishedRun {
    let recorded = InMemoryHistory()
    let runner = WorkloadRunner(
      request.kind.workload(seed: request.seed), clock: SystemTimeSource(), history: recorded,
      request.workloadOptions)
    var finished = FinishedRun()
    do throws(RunFailure) {
      try await run(runner, &finished)
    } catch {
      finished.failure = error
    }
    finished.history = HistoryFile.bytes(recorded.eventsIfKilled)
    finished.counts = runner.counts
    finished.begun = runner.transactionsBegun
    return finished
  }

  private func run(
    _ runner: WorkloadRunner, _ finished: inout FinishedRun
  ) async throws(RunFailure) {
    let setup = try await RunFailure.naming(.opening) { try await open() }
    defer { finished.faults = setup.injector.counts }
    try await RunFailure.naming(.running) {
      try await setup.createTables()
      try await runner.runFirst(through: setup.plainManager)
      try await Self.run(runner, setup, seed: request.seed)
    }
    try await RunFailure.naming(.closing) { try await setup.close() }
    // What was acknowledged is read back from what the store has kept.
    let again = try await RunFailure.naming(.reopening) { try await open() }
    try await RunFailure.naming(.readingLast) {
      try await runner.runLast(through: again.plainManager)
    }
    try await RunFailure.naming(.closing) { try await again.close() }
  }

  private func open() async throws(StoreError) -> FaultySetup {
    try await FaultySetup(
      at: path, configuration, commits: request.path, faults: request.faults,
      clients: request.clients, seed: request.seed)
  }

  /// Runs all clients while regions change.
  static func run(_ runner: WorkloadRunner, _ setup: FaultySetup, seed: UInt64) async throws {
    try await withThrowingTaskGroup { group in
      group.addTask { try await RegionChanges(setup.store, seed: seed).run() }
      do {
        try await runner.runClients(through: setup.managers, and: setup.twoPhaseManagers)
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

  func run() async -> FinishedRun {
    var configuration = FaultySetup.configuration
    configuration.fileSystem = InMemoryFileSystem()
    return await EmbeddedRun(request: request, path: "/check", configuration: configuration).run()
  }
}

/// A run on the engine in a directory.
struct DirectoryRun: Sendable {
  let request: RunRequest
  let parent: String

  /// Throws when the run's directory cannot be created.
  func run() async throws -> FinishedRun {
    let directory = try RunDirectory.create(request.name, in: parent)
    var finished = await EmbeddedRun(
      request: request, path: directory.store, configuration: FaultySetup.configuration
    ).run()
    finished.directory = directory
    return finished
  }
}
