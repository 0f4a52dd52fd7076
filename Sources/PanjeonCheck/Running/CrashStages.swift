// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
internal import PanjeonTesting
internal import PanjeonTransactions
internal import WideColumn

/// What comes before and after all lives of a run with crashes: alone, and without faults.
struct CrashStages: Sendable {
  let request: RunRequest

  /// Creates the store and runs what comes first.
  ///
  /// - Parameters:
  ///   - path: The store's directory.
  ///   - configuration: Its sizes and file system.
  ///   - finished: Gets the counts.
  ///   - take: Is given the events, also when an error follows.
  /// - Throws: What went wrong.
  func runFirst(
    at path: String, _ configuration: StoreConfiguration, _ finished: inout FinishedRun,
    _ take: ([HistoryEvent]) -> Void
  ) async throws(RunFailure) {
    let recorded = InMemoryHistory()
    defer { take(recorded.eventsIfKilled) }
    let runner = runner(recorded, firstTransaction: 0, firstProcess: 0)
    defer { finished.counts.add(runner.counts) }
    let setup = try await open(path, configuration, .opening)
    try await RunFailure.naming(.running) {
      try await setup.createTables()
      try await runner.runFirst(through: setup.plainManager)
    }
    try await RunFailure.naming(.closing) { try await setup.close() }
  }

  /// Opens the store again and reads everything.
  ///
  /// - Parameters:
  ///   - path: The store's directory.
  ///   - configuration: Its sizes and file system.
  ///   - firstTransaction: Greater than the number of any transaction.
  ///   - firstProcess: Greater than the number of any process.
  ///   - finished: Gets the counts.
  ///   - take: Is given the events, also when an error follows.
  /// - Throws: What went wrong.
  func runLast(
    at path: String, _ configuration: StoreConfiguration, firstTransaction: Int,
    firstProcess: Int, _ finished: inout FinishedRun, _ take: ([HistoryEvent]) -> Void
  ) async throws(RunFailure) {
    let recorded = InMemoryHistory()
    defer { take(recorded.eventsIfKilled) }
    let runner = runner(
      recorded, firstTransaction: firstTransaction, firstProcess: firstProcess)
    defer { finished.counts.add(runner.counts) }
    let setup = try await open(path, configuration, .reopening)
    try await RunFailure.naming(.readingLast) {
      try await runner.runLast(through: setup.plainManager)
    }
    try await RunFailure.naming(.closing) { try await setup.close() }
  }

  private func open(
    _ path: String, _ configuration: StoreConfiguration, _ moment: RunFailure.Moment
  ) async throws(RunFailure) -> FaultySetup {
    try await RunFailure.naming(moment) {
      try await FaultySetup(at: path, configuration, faults: [], clients: 1, seed: request.seed)
    }
  }

  private func runner(
    _ history: InMemoryHistory, firstTransaction: Int, firstProcess: Int
  ) -> WorkloadRunner {
    var options = request.workloadOptions
    options.firstTransaction = firstTransaction
    options.transactions = 0
    options.firstProcess = firstProcess
    return WorkloadRunner(
      request.kind.workload(seed: request.seed), clock: SystemTimeSource(), history: history,
      options)
  }
}

extension FinishedRun {
  /// Takes note of a life of a run with crashes.
  mutating func note(_ progress: RunProgress, _ lived: WorkloadFaultCounts) {
    faults.add(lived)
    faults[.crash] = progress.crashes
    earlyCrashes = progress.earlyCrashes
    begun = progress.begun
  }
}
