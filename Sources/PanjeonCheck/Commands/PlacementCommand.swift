// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Logging
internal import PanjeonStorage
internal import PanjeonTesting
internal import WideColumn

/// `panjeon-check placement`: kills volumes, racks and zones, the process and the power, and checks what is left.
struct PlacementCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "placement",
    abstract: "Kills volumes of replicated stores, and checks that nothing promised is lost.",
    discussion: """
      Each seed draws volumes (two to four ephemeral ones, one or two durable ones, up to three zones) and a mode, and gives the store several \
      lives. While clients write and read, volumes, racks and zones are killed, come back empty or as they were, stall, are full, or have \
      rotten bits; then the process or the power dies, also while the store is being opened, more volumes are lost, and the store is opened on the rest. It must \
      have all that the page Replication promises for what was lost, and nothing that never was. The seed and the line that does \
      the same again are printed first, to standard error; at which call of the file system a fault comes is decided, which call that \
      is depends on the threads. Exit status 1 if something does not hold, 2 if too little was tested.
      """)

  static let livesMax = 1000

  @Option(help: "How many seeds to run, from --first-seed on.")
  var seeds = 20

  @Option(help: "The first seed; random if it is not given.")
  var firstSeed: UInt64?

  @Option(help: "How many lives each store has.")
  var lives = 5

  @Option(help: "How many batches each of the three writers writes in a life at the most.")
  var batches = 150

  @Option(help: "Begin no further seed after so many seconds.")
  var secondsMax: Int?

  @Flag(help: "Leave volumes that were killed away until the store is opened again.")
  var withoutReturns = false

  @Option(help: "Let disks lie, to see that it is found: lost-syncs or lost-writes.")
  var planted: PlacementTrial.PlantedBug?

  @Flag(help: "Print a JSON object.")
  var json = false

  func validate() throws {
    let bounds = [
      ("--seeds", seeds, RunOptions.seedsMax), ("--lives", lives, Self.livesMax),
      ("--batches", batches, RunOptions.transactionsMax),
    ]
    for (name, value, most) in bounds where !(1...most).contains(value) {
      throw ValidationError("\(name) must lie between 1 and \(most)")
    }
    if let secondsMax, secondsMax < 1 { throw ValidationError("--seconds-max must be positive") }
  }

  func run() async throws {
    Output.ignoreClosedPipe()
    let first = firstSeed ?? Platform.randomSeed() >> 16
    // First of all: whatever becomes of this process, the run can be replayed.
    Output.printError(
      "panjeon-check: seed \(first), replay: \(PlacementReport.replay(self, seed: first)) --seeds \(seeds)"
    )
    let clock = SystemTimeSource()
    let begin = clock.monotonicNanoseconds()
    var report = PlacementReport()
    for index in 0..<UInt64(seeds) {
      let outcome = await trial(seed: first &+ index).run()
      report.add(outcome)
      if !json {
        for violation in outcome.violations {
          Output.print(
            PlacementReport.text(
              violation, replay: PlacementReport.replay(self, seed: violation.seed)))
        }
      }
      report.nanoseconds = clock.monotonicNanoseconds() - begin
      if let secondsMax, report.nanoseconds >= UInt64(secondsMax) * 1_000_000_000 { break }
    }
    Output.print(json ? report.json : report.text)
    try report.verdict.exit(allowsUnknown: false)
  }

  private func trial(seed: UInt64) -> PlacementTrial {
    var configuration = StoreConfiguration()
    // What is killed is no news.
    configuration.logger = Logger(label: "panjeon-check") { _ in SwiftLogNoOpLogHandler() }
    return PlacementTrial(
      seed: seed, lives: lives, batches: batches, healsWhileOpen: !withoutReturns, planted: planted,
      configuration: configuration)
  }
}
