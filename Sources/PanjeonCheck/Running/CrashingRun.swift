// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
internal import PanjeonTesting
internal import PanjeonTransactions
internal import WideColumn

/// A run whose clients live in a process of their own, which is killed (SIGKILL) and started again, until all transactions
/// have been begun.
///
/// This process creates the store and runs what comes first and last; the histories of all are joined.
struct CrashingRun: Sendable {
  let request: RunRequest
  let parent: String
  /// The path of `panjeon-check`.
  let executable: String

  /// Throws when the run's directory cannot be created.
  func run() async throws -> FinishedRun {
    let directory = try RunDirectory.create(request.name, in: parent)
    var finished = FinishedRun()
    finished.directory = directory
    var joined = JoinedHistory()
    do throws(RunFailure) {
      try await run(in: directory, &joined, &finished)
    } catch {
      finished.failure = error
    }
    finished.history = joined.bytes
    finished.counts.add(joined.counts)
    return finished
  }

  private func run(
    in directory: RunDirectory, _ joined: inout JoinedHistory, _ finished: inout FinishedRun
  ) async throws(RunFailure) {
    let stages = CrashStages(request: request)
    try await stages.runFirst(at: directory.store, FaultySetup.configuration, &finished) {
      joined.add(HistoryFile.bytes($0))
    }
    var progress = RunProgress(transactions: request.transactions, clients: request.clients)
    var random = SplitMix64(seed: request.seed ^ 0xC4A5_4000)
    while progress.goesOn {
      let file = directory.life(progress.lives + 1)
      let lived = try await RunFailure.naming(.running) {
        // The process may be killed before it has written anything.
        try await HistoryFile.write([], to: file)
        return try await live(progress, directory, file, &random)
      }
      let begunBefore = joined.invocationCount
      try await RunFailure.naming(.running) {
        joined.add(try await HistoryFile.read(file))
        try PosixFileSystem().remove(file)
      }
      progress.note(
        invoked: joined.invocationCount - begunBefore, isCrashed: lived.end == .killed)
      finished.note(progress, lived.faults)
      // What it said itself says more than its exit status.
      if let failure = joined.failure ?? lived.failure { throw failure }
    }
    try await stages.runLast(
      at: directory.store, FaultySetup.configuration, firstTransaction: progress.nextTransaction,
      firstProcess: progress.firstProcess, &finished
    ) {
      joined.add(HistoryFile.bytes($0))
    }
  }

  private func live(
    _ progress: RunProgress, _ directory: RunDirectory, _ file: String, _ random: inout SplitMix64
  ) async throws -> Lived {
    let arguments = [
      "run-child", "--workload", request.kind.rawValue, "--store", directory.store,
      "--path", request.path.rawValue, "--faults", WorkloadFault.text(request.faults), "--clients",
      "\(request.clients)",
      "--transactions", "\(progress.remaining)", "--seed", "\(request.seed)",
      "--life", "\(progress.lives + 1)", "--first-transaction", "\(progress.nextTransaction)",
      "--first-process", "\(progress.firstProcess)", "--history", file,
    ]
    // About five kills a run, one in four while the store is being opened.
    let isEarly = progress.lives > 0 && random.below(4) == 0
    let most = max(1, request.transactions / 3)
    let child = ChildLife(
      executable: executable, arguments: arguments,
      endedBeforeKill: isEarly ? nil : 1 + random.below(most),
      millisecondsBeforeKill: random.below(60))
    return try await HistoryFile.onThread { () throws(StoreError) in try child.live() }
  }
}
