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

  /// How many lives there are at the most.
  private static let livesMax = 1000
  /// How many processes of the history each life may use.
  private static let processesPerLife = 1_000_000

  func run() async throws -> FinishedRun {
    let path = try StoreRemoval.newDirectory(request.storeName, in: parent)
    let recorded = InMemoryHistory()
    try await withStore(at: path) { setup in
      try await setup.createTables()
      try await runner(recorded, firstProcess: 0).runFirst(through: setup.plainManager)
    }
    var joined = JoinedHistory(HistoryFile.bytes(recorded.events))
    var faults = WorkloadFaultCounts()
    var begun = 0
    var random = SplitMix64(seed: request.seed ^ 0xC4A5_4000)
    for life in 1...Self.livesMax where begun < request.transactions {
      let file = path + ".life-\(life).jsonl"
      // The process may be killed before it has written anything.
      try await HistoryFile.write([], to: file)
      let lived = try await live(life, path, file, from: begun, &random)
      let begunBefore = joined.invocationCount
      joined.add(try await HistoryFile.read(file))
      try PosixFileSystem().remove(file)
      faults.add(lived.faults)
      // Each client may have taken the number of one more than it has written down.
      begun += joined.invocationCount - begunBefore + request.clients
      if lived.hasEnded { begun = request.transactions }
    }
    let last = InMemoryHistory()
    var counts = WorkloadCounts()
    try await withStore(at: path) { setup in
      let runner = runner(last, firstProcess: Self.processesPerLife / 2)
      try await runner.runLast(through: setup.plainManager)
      counts = runner.counts
    }
    joined.add(HistoryFile.bytes(last.events))
    return FinishedRun(history: joined.bytes, counts: counts, faults: faults, directory: path)
  }

  /// A runner of what comes before and after all lives.
  private func runner(_ history: InMemoryHistory, firstProcess: Int) -> WorkloadRunner {
    var options = request.workloadOptions
    // All transactions have been begun.
    options.firstTransaction = request.transactions + request.clients
    options.transactions = 0
    options.firstProcess = firstProcess
    return WorkloadRunner(
      request.kind.workload(seed: request.seed), clock: SystemTimeSource(), history: history,
      options)
  }

  private func withStore(
    at path: String, _ body: (FaultySetup) async throws -> Void
  ) async throws {
    let setup = try await FaultySetup(
      at: path, FaultySetup.configuration, faults: [], clients: 1, seed: request.seed)
    try await body(setup)
    try await setup.store.close()
  }

  private func live(
    _ life: Int, _ path: String, _ file: String, from begun: Int, _ random: inout SplitMix64
  ) async throws(StoreError) -> ChildLife.Lived {
    let faults = request.faults
    let arguments = [
      "run-child", "--workload", request.kind.rawValue, "--store", path,
      "--faults", WorkloadFault.text(faults), "--clients", "\(request.clients)",
      "--transactions", "\(request.transactions - begun)", "--seed", "\(request.seed)",
      "--life", "\(life)", "--first-transaction", "\(begun)",
      "--first-process", "\(life * Self.processesPerLife)", "--history", file,
    ]
    // About five kills a run, one in four while the store is being opened.
    let isEarly = life > 1 && random.below(4) == 0
    let most = max(2, request.transactions / 3)
    let child = ChildLife(
      executable: executable, arguments: arguments,
      endedBeforeKill: isEarly ? nil : 1 + random.below(most),
      millisecondsBeforeKill: random.below(60))
    return try await HistoryFile.onThread { () throws(StoreError) in try child.live() }
  }
}
