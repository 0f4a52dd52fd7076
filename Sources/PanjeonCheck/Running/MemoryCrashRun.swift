// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
package import PanjeonTesting
internal import PanjeonTransactions
internal import WideColumn

/// A run on the engine with a file system in memory whose power is cut, so that what was not synced is lost.
///
/// The store is opened again on what is left, until all transactions have been begun.
package struct MemoryCrashRun: Sendable {
  let request: RunRequest
  /// Says which calls of the clients' stores meet a fault of the disk; none but in tests, which show that they are found.
  let failing: @Sendable (FileSystemCall) -> Fault?

  private static let path = "/check"

  package init(
    request: RunRequest, failing: @escaping @Sendable (FileSystemCall) -> Fault? = { _ in nil }
  ) {
    self.request = request
    self.failing = failing
  }

  package func run() async -> FinishedRun {
    var finished = FinishedRun()
    var events: [HistoryEvent] = []
    do throws(RunFailure) {
      try await run(&events, &finished)
    } catch {
      finished.failure = error
    }
    finished.history = HistoryFile.bytes(events)
    return finished
  }

  private func run(
    _ events: inout [HistoryEvent], _ finished: inout FinishedRun
  ) async throws(RunFailure) {
    let stages = CrashStages(request: request)
    var disk = InMemoryFileSystem()
    try await stages.runFirst(at: Self.path, configuration(disk), &finished) { events += $0 }
    var progress = RunProgress(transactions: request.transactions, clients: request.clients)
    var random = SplitMix64(seed: request.seed ^ 0xC4A5_4000)
    while progress.goesOn {
      let power = power(of: disk, progress, &random)
      var failure: RunFailure?
      do throws(RunFailure) {
        try await live(on: power, progress)
      } catch {
        failure = error
      }
      let left = power.cut()
      events += left.events
      for finding in left.findings { finished.counts.add(finding) }
      progress.note(
        invoked: left.events.count { $0.kind == .invoke }, isCrashed: failure == nil)
      finished.note(progress, left.faults)
      if let failure { throw failure }
      disk = left.disk
    }
    try await stages.runLast(
      at: Self.path, configuration(disk), firstTransaction: progress.nextTransaction,
      firstProcess: progress.firstProcess, &finished
    ) {
      events += $0
    }
  }

  /// About five cuts a run, one in four while the store is being opened.
  private func power(
    of disk: InMemoryFileSystem, _ progress: RunProgress, _ random: inout SplitMix64
  ) -> PowerCut {
    let isEarly = progress.lives > 0 && random.below(4) == 0
    let most = max(1, request.transactions / 3)
    return PowerCut(
      of: disk, seed: random.next(), endedBefore: isEarly ? 0 : 1 + random.below(most),
      callsBefore: 1 + random.below(isEarly ? 40 : 16))
  }

  /// Opens the store and runs clients, until the power is cut or all have ended.
  private func live(
    on power: PowerCut, _ progress: RunProgress
  ) async throws(RunFailure) {
    let seed = request.seed &+ UInt64(progress.lives + 1) << 32
    let setup = try await RunFailure.naming(.reopening) {
      try await FaultySetup(
        at: Self.path, configuration(power.makeFileSystem(failing: failing)),
        commits: request.path, faults: request.faults, clients: request.clients, seed: seed,
        onFault: { power.note($0) })
    }
    var options = request.workloadOptions
    options.transactions = progress.remaining
    options.firstTransaction = progress.nextTransaction
    options.firstProcess = progress.firstProcess
    options.onEnd = { power.noteEnd() }
    let runner = WorkloadRunner(
      request.kind.workload(seed: request.seed), clock: SystemTimeSource(), history: power, options)
    do {
      try await EmbeddedRun.run(runner, setup, seed: seed)
    } catch {
      // Without power nobody can go on.
      if !power.isCut { throw RunFailure(error, .running) }
    }
    power.cut()
    // The store whose power was cut is of no more interest; it still has threads, and a disk that nobody reads.
    try await RunFailure.naming(.closing) { try await setup.close() }
  }

  private func configuration(_ fileSystem: any FileSystem) -> StoreConfiguration {
    var configuration = FaultySetup.configuration
    configuration.fileSystem = fileSystem
    return configuration
  }
}
