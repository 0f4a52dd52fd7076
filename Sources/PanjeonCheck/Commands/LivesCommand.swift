// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import PanjeonStorage
internal import PanjeonTesting
internal import WideColumn

/// `panjeon-check lives`: has couples live on a store, and audits what is left.
struct LivesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lives",
    abstract: "Has couples live on a store, with faults, and audits what is left.",
    discussion: """
      Clients do what the generator of the module Between has couples do: they send messages, share photos, make and delete \
      things, break up, find each other anew, and are purged. Afterwards, and on the engine after each crash, BetweenAudit must find \
      nothing, and each message that was acknowledged must be there. memory is the embedded engine on a file system in memory, \
      whose regions are split and merged meanwhile; simulated is a model of a store behind a seeded scheduler, where the same seed \
      does the same. The seed and the line that does the same again are printed first, to standard error.
      """)

  static let couplesMax = 10_000

  @Option(help: ArgumentHelp("Where they live.", valueName: "memory|simulated"))
  var store = LivesRequest.Store.memory

  @Option(
    help: ArgumentHelp(
      "What goes wrong meanwhile; several with commas between.",
      discussion: """
        crash cuts the power (memory), or kills clients and the store (simulated); skew, lost-ack and stall are as of run. all is \
        all of them.
        """))
  var faults = FaultSelection.none

  @Option(help: "How many clients do something at the same time.")
  var clients = 4

  @Option(help: "How many couples there are.")
  var couples = 4

  @Option(help: "How many operations the clients begin together, for each seed.")
  var operations = 2000

  @Option(help: "Decides what is done, and which faults there are; random if it is not given.")
  var seed: UInt64?

  @Option(help: "How many seeds to run, from --seed on.")
  var seeds = 1

  @Flag(help: "Print a JSON object for each run.")
  var json = false

  func validate() throws {
    let bounds = [
      ("--clients", clients, RunOptions.clientsMax), ("--couples", couples, Self.couplesMax),
      ("--operations", operations, RunOptions.transactionsMax),
      ("--seeds", seeds, RunOptions.seedsMax),
    ]
    for (name, value, most) in bounds where !(1...most).contains(value) {
      throw ValidationError("\(name) must lie between 1 and \(most)")
    }
  }

  func run() async throws {
    Output.ignoreClosedPipe()
    let first = seed ?? Platform.randomSeed() >> 16
    // First of all: whatever becomes of this process, the run can be replayed.
    let replay = request(seed: first).command + (seeds > 1 ? " --seeds \(seeds)" : "")
    Output.printError("panjeon-check: seed \(first), replay: \(replay)")
    var worst = RunVerdict.holds
    for index in 0..<UInt64(seeds) {
      let outcome = try await request(seed: first &+ index).run()
      Output.print(json ? outcome.json : outcome.text)
      worst = max(worst, outcome.verdict)
    }
    try worst.exit(allowsUnknown: false)
  }

  private func request(seed: UInt64) -> LivesRequest {
    LivesRequest(
      store: store, faults: faults.kinds, clients: clients, couples: couples,
      operations: operations, seed: seed)
  }
}
