// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
package import PanjeonTesting
internal import WideColumn

/// One run: a workload, a seed, a store.
package struct RunRequest: Sendable {
  let kind: WorkloadKind
  let store: StoreSelection
  let faults: Set<WorkloadFault>
  let clients: Int
  let transactions: Int
  let seed: UInt64

  init(_ options: RunOptions, _ kind: WorkloadKind, seed: UInt64) {
    self.kind = kind
    store = options.store
    faults = options.faults.faults(of: options.store)
    clients = options.clients
    transactions = options.transactions
    self.seed = seed
  }

  package init(
    kind: WorkloadKind, store: StoreSelection, faults: Set<WorkloadFault>, clients: Int,
    transactions: Int, seed: UInt64
  ) {
    self.kind = kind
    self.store = store
    self.faults = faults
    self.clients = clients
    self.transactions = transactions
    self.seed = seed
  }

  /// Runs the workload and checks its history.
  ///
  /// Throws errors of the store with which nobody can go on.
  package func run() async throws -> RunOutcome {
    let clock = SystemTimeSource()
    let begin = clock.monotonicNanoseconds()
    let run = try await runClients()
    let end = clock.monotonicNanoseconds()
    let history = try checked(run)
    let report = HistoryChecker().check(history)
    let violations = kind.workload(seed: seed).violations(in: history)
    let outcome = RunOutcome(
      request: self, history: run.history, counts: run.counts, faults: run.faults, report: report,
      violations: violations + run.counts.malformed, runNanoseconds: end - begin,
      checkNanoseconds: clock.monotonicNanoseconds() - end)
    if outcome.verdict != .violated, let directory = run.directory {
      try StoreRemoval.remove(directory)
    }
    return outcome
  }

  private func runClients() async throws -> FinishedRun {
    switch store {
    case .memory: try await MemoryRun(request: self).run()
    case .simulated: try await SimulatedRun(request: self).run()
    case .directory(let path):
      if faults.contains(.crash) {
        try await CrashingRun(request: self, parent: path, executable: ChildProcess.executable)
          .run()
      } else {
        try await DirectoryRun(request: self, parent: path).run()
      }
    }
  }

  private func checked(_ run: FinishedRun) throws -> History {
    do throws(HistoryError) {
      return try History(jsonLines: run.history)
    } catch {
      throw StoreError(.corruption, "the history that was written down is none: \(error)")
    }
  }

  /// What the runner is told; everything else by default.
  var workloadOptions: WorkloadOptions {
    var options = WorkloadOptions()
    options.transactions = transactions
    options.clients = clients
    options.seed = seed
    if faults.contains(.crash) {
      // What is in memory only may be lost when the process is killed; a simulated machine loses its power as well.
      options.durabilities = store == .simulated ? [.disk] : [.operatingSystem, .disk]
    }
    return options
  }

  /// How to run it again.
  var command: String {
    var words = [
      "panjeon-check", "run", "--workload", kind.rawValue, "--store", store.shellWord,
      "--clients", "\(clients)", "--transactions", "\(transactions)",
      "--seed", "\(seed)",
    ]
    if !faults.isEmpty { words += ["--faults", WorkloadFault.text(faults)] }
    return words.joined(separator: " ")
  }

  /// The name of this run's store within its directory.
  var storeName: String { "\(kind.rawValue)-\(seed)" }
}

/// What is left of a run once its clients have ended.
struct FinishedRun: Sendable {
  /// The history file.
  var history: [UInt8]
  var counts: WorkloadCounts
  var faults: WorkloadFaultCounts
  /// The store's directory, to be removed if all is well.
  var directory: String?
}
