// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import PanjeonTesting

/// What is asked of `panjeon-check run`.
struct RunOptions: ParsableArguments {
  static let clientsMax = 1000
  static let transactionsMax = 10_000_000
  static let seedsMax = 1_000_000

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

  @Option(help: "How they commit.")
  var path = PathSelection.oneBatch

  @Option(
    help: ArgumentHelp(
      "What goes wrong meanwhile; several with commas between.",
      discussion: """
        crash kills processes (a directory, simulated), skew makes wall clocks jump, lost-ack loses answers of commits, stall \
        delays calls; all is all that the store can have.
        """))
  var faults = FaultSelection.some([])

  @Option(help: "How many clients run transactions at the same time.")
  var clients = 8

  @Option(help: "How many transactions they run together, for each workload and seed.")
  var transactions = 2000

  @Option(help: "Decides what is done, and which faults there are; random if it is not given.")
  var seed: UInt64?

  @Option(help: "How many seeds to run, from --seed on.")
  var seeds = 1

  @Option(help: "Where the history is written to; of one workload and seed.")
  var history: String?

  @Flag(help: "Print a JSON object for each run.")
  var json = false

  @Flag(help: "Exit with 0 also when it cannot be told whether the level holds.")
  var allowUnknown = false

  func validate() throws {
    if path != .oneBatch {
      throw ValidationError(
        "--path \(path.rawValue): the two-phase path is not there yet; transactions commit in one batch"
      )
    }
    try validateFaults()
    guard (1...Self.clientsMax).contains(clients) else {
      throw ValidationError("--clients must lie between 1 and \(Self.clientsMax)")
    }
    guard (1...Self.transactionsMax).contains(transactions) else {
      throw ValidationError("--transactions must lie between 1 and \(Self.transactionsMax)")
    }
    guard (1...Self.seedsMax).contains(seeds) else {
      throw ValidationError("--seeds must lie between 1 and \(Self.seedsMax)")
    }
    if history != nil, seeds > 1 || workload.kinds.count > 1 {
      throw ValidationError(
        "--history takes the history of one run: name one workload, and leave --seeds out")
    }
    if let history, history.isEmpty { throw ValidationError("--history names no file") }
  }

  private func validateFaults() throws {
    guard case .some(let asked) = faults else { return }
    let missing = asked.subtracting(store.faults)
    if missing.isEmpty { return }
    throw ValidationError(
      "--faults \(WorkloadFault.text(missing)) makes no sense with --store \(store.name): a store in memory goes with its "
        + "process, so there is nothing to open again after a crash; it can have "
        + "\(WorkloadFault.text(store.faults)). Name a directory, or simulated")
  }
}
