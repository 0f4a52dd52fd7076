// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

/// What is asked of `panjeon-check run`.
struct RunOptions: ParsableArguments {
  static let clientsMax = 1000
  static let transactionsMax = 10_000_000
  static let seedsMax = 1_000_000
  static let processesMax = 64

  @Option(help: "What the transactions do.")
  var workload = WorkloadSelection.all

  @Option(
    help: ArgumentHelp(
      "Where they run: memory, simulated, or a directory.",
      discussion: """
        memory is the embedded engine on a file system in memory, simulated a model of a store behind a seeded scheduler; a \
        directory gets a store for each run, which is removed when all is well.
        """, valueName: "memory|simulated|DIR"))
  var store = StoreSelection.memory

  @Option(
    help: ArgumentHelp(
      "How they commit.",
      discussion: """
        one-batch is what the engine does; two-phase goes over lock columns, one row at a time, as over a store that has \
        nothing else; mixed is both at once, on the same rows.
        """))
  var path = PathSelection.oneBatch

  @Option(
    help: ArgumentHelp(
      "How many processes with clients share a store in a directory, over the loopback interface.",
      discussion: """
        They commit in two phases, so --path must be two-phase; or mixed, when half of the clients are in the process that has the \
        store and commit in one batch. Without it all clients are in one process with the store.
        """))
  var processes: Int?

  @Option(
    help: ArgumentHelp(
      "What goes wrong meanwhile; several with commas between.",
      discussion: """
        crash kills processes (a directory, simulated) or cuts the power (memory); skew makes wall clocks jump, lost-ack loses \
        answers of commits, stall delays calls. all is all of them.
        """))
  var faults = FaultSelection.none

  @Option(help: "How many clients run transactions at the same time.")
  var clients = 8

  @Option(help: "How many transactions they run together, for each workload and seed.")
  var transactions = 2000

  @Option(help: "Decides what is done, and which faults there are; random if it is not given.")
  var seed: UInt64?

  @Option(help: "How many seeds to run, from --seed on.")
  var seeds = 1

  @Option(
    help: ArgumentHelp(
      "Where the history is written to.",
      discussion: """
        Of several workloads or seeds each run has a file of its own, with the workload and the seed before the extension: \
        FILE-append-7.jsonl for FILE.jsonl.
        """, valueName: "FILE.jsonl"))
  var history: String?

  @Flag(help: "Print a JSON object for each run.")
  var json = false

  @Flag(help: "Exit with 0 also when it cannot be told whether the level holds.")
  var allowUnknown = false

  func validate() throws {
    guard (1...Self.clientsMax).contains(clients) else {
      throw ValidationError("--clients must lie between 1 and \(Self.clientsMax)")
    }
    guard (1...Self.transactionsMax).contains(transactions) else {
      throw ValidationError("--transactions must lie between 1 and \(Self.transactionsMax)")
    }
    guard (1...Self.seedsMax).contains(seeds) else {
      throw ValidationError("--seeds must lie between 1 and \(Self.seedsMax)")
    }
    if let processes { try validate(processes) }
    if let history, history.isEmpty { throw ValidationError("--history names no file") }
  }

  private func validate(_ processes: Int) throws {
    guard (1...Self.processesMax).contains(processes) else {
      throw ValidationError("--processes must lie between 1 and \(Self.processesMax)")
    }
    guard case .directory = store, path != .oneBatch else {
      throw ValidationError("--processes needs --store DIR, and --path two-phase or mixed")
    }
    if clients < processes * (path == .mixed ? 2 : 1) {
      throw ValidationError(
        "--clients: each process needs one at least, and with mixed as many are with the store")
    }
  }

  /// Whether one workload is run with one seed.
  var isSingleRun: Bool { seeds == 1 && workload.kinds.count == 1 }

  /// The command with all that was left to chance.
  func replay(from seed: UInt64) -> ReplayLine {
    ReplayLine(
      workload: workload.name, store: store, path: path, processes: processes, faults: faults.kinds,
      clients: clients, transactions: transactions, seed: seed, seeds: seeds)
  }
}
