// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
package import PanjeonTesting
internal import PanjeonTransactions
internal import WideColumn

/// One run: a workload, a seed, a store.
package struct RunRequest: Sendable {
  let kind: WorkloadKind
  let store: StoreSelection
  let path: PathSelection
  /// How many processes share a store in a directory, if any do.
  let processes: Int?
  package let faults: Set<WorkloadFault>
  let clients: Int
  let transactions: Int
  let seed: UInt64
  /// Whether it must see all faults itself, since no runs with other seeds follow it.
  let isSingle: Bool

  init(_ options: RunOptions, _ kind: WorkloadKind, seed: UInt64) {
    self.init(
      kind: kind, store: options.store, path: options.path, processes: options.processes,
      faults: options.faults.kinds, clients: options.clients, transactions: options.transactions,
      seed: seed, isSingle: options.seeds == 1)
  }

  package init(
    kind: WorkloadKind, store: StoreSelection, path: PathSelection = .oneBatch,
    processes: Int? = nil, faults: Set<WorkloadFault>, clients: Int, transactions: Int,
    seed: UInt64,
    isSingle: Bool = false
  ) {
    self.kind = kind
    self.store = store
    self.path = path
    self.processes = processes
    self.faults = faults
    self.clients = clients
    self.transactions = transactions
    self.seed = seed
    self.isSingle = isSingle
  }

  /// Runs the workload and checks its history, also that of a run that did not come to its end.
  ///
  /// Throws when the run could not begin.
  package func run() async throws -> RunOutcome {
    let clock = SystemTimeSource()
    let begin = clock.monotonicNanoseconds()
    let run = try await runClients()
    let outcome = judge(run, runNanoseconds: clock.monotonicNanoseconds() - begin)
    if !outcome.isKept, let directory = run.directory { try directory.remove() }
    return outcome
  }

  /// Checks the history of a run.
  ///
  /// - Parameters:
  ///   - run: What was done.
  ///   - runNanoseconds: How long it took.
  /// - Returns: What it came to.
  package func judge(_ run: FinishedRun, runNanoseconds: UInt64 = 0) -> RunOutcome {
    let clock = SystemTimeSource()
    let begin = clock.monotonicNanoseconds()
    var run = run
    let history = checked(&run)
    let report = HistoryChecker().check(history)
    let violations = kind.workload(seed: seed).violations(in: history)
    return RunOutcome(
      request: self, run: run, report: report, violations: violations,
      runNanoseconds: runNanoseconds, checkNanoseconds: clock.monotonicNanoseconds() - begin)
  }

  private func runClients() async throws -> FinishedRun {
    switch store {
    case .memory where faults.contains(.crash): await MemoryCrashRun(request: self).run()
    case .memory: await MemoryRun(request: self).run()
    case .simulated: try await SimulatedRun(request: self).run()
    case .directory(let path) where processes != nil:
      try await SharedRun(
        request: self, parent: path, processes: processes ?? 1, executable: ChildProcess.executable
      ).run()
    case .directory(let path) where faults.contains(.crash):
      try await CrashingRun(request: self, parent: path, executable: ChildProcess.executable).run()
    case .directory(let path): try await DirectoryRun(request: self, parent: path).run()
    }
  }

  private func checked(_ run: inout FinishedRun) -> History {
    do throws(HistoryError) {
      return try History(jsonLines: run.history)
    } catch {
      run.failure = RunFailure(.failed, "the history that was written down is none: \(error)")
      return History.empty
    }
  }

  /// What the runner is told; everything else by default.
  var workloadOptions: WorkloadOptions {
    var options = WorkloadOptions()
    options.transactions = transactions
    options.clients = clients
    options.seed = seed
    if faults.contains(.crash) {
      // A machine loses its power, and all that was not synced; a process that is killed loses only what it had in memory.
      let isProcess = if case .directory = store { true } else { false }
      options.durabilities = isProcess ? [.operatingSystem, .disk] : [.disk]
      options.transaction.durability = .disk
    }
    return options
  }

  /// How to run it again.
  var command: String {
    ReplayLine(
      workload: kind.rawValue, store: store, path: path, processes: processes, faults: faults,
      clients: clients,
      transactions: transactions, seed: seed
    ).text
  }

  /// The run's name, among those of one command.
  package var name: String { "\(kind.rawValue)-\(seed)" }
}
