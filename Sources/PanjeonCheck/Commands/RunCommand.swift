// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import PanjeonStorage
internal import PanjeonTesting
internal import WideColumn

/// `panjeon-check run`: runs workloads and checks their histories.
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Runs workloads on a store and checks what came of them.",
    discussion: """
      Each client runs one transaction after the other, and everything that it asks and is told is written down. The history is then \
      held to strict serializability, real time and scans included, and to what the workload itself promises (a total, a ring, \
      a sum). A store that finds itself corrupt, cannot be opened after a crash, or tells clients errors that these faults do not \
      account for is violated too. Exit status 2 also for runs that tested too little: a fault that was asked for and never \
      injected, or far fewer transactions than asked for. The seed and the line that does the same again are printed first, to \
      standard error.
      """)

  @OptionGroup var options: RunOptions

  func run() async throws {
    Output.ignoreClosedPipe()
    let seed = options.seed ?? Platform.randomSeed() >> 16
    // First of all: whatever becomes of this process, the run can be replayed.
    Output.printError(
      "panjeon-check: seed \(seed), replay: \(options.replay(from: seed).text)")
    var worst = RunVerdict.holds
    do {
      for kind in options.workload.kinds { try await run(kind, from: seed, &worst) }
    } catch {
      // The runs before it have their say too.
      worst = max(worst, .failed)
    }
    try worst.exit(allowsUnknown: options.allowUnknown)
  }

  /// Runs a workload with all seeds.
  private func run(
    _ kind: WorkloadKind, from firstSeed: UInt64, _ worst: inout RunVerdict
  ) async throws {
    var tally = FaultTally(asked: options.faults.kinds)
    for index in 0..<UInt64(options.seeds) {
      let request = RunRequest(options, kind, seed: firstSeed &+ index)
      tally.add(try await run(request, &worst).faults)
    }
    // The outcome of a single run has said it.
    if options.seeds > 1, let missing = tally.missingText {
      Output.printError("panjeon-check: \(kind.rawValue): \(missing)")
      worst = max(worst, .vacuous)
    }
  }

  private func run(
    _ request: RunRequest, _ worst: inout RunVerdict
  ) async throws -> FinishedRun {
    let histories = HistoryKeeping(options)
    do {
      try await histories.prepare(request)
      let outcome = try await request.run()
      Output.print(options.json ? outcome.json : outcome.text(isShort: options.seeds > 1))
      worst = max(worst, outcome.verdict)
      try await histories.keep(outcome)
      return outcome.run
    } catch {
      Output.printError(
        "panjeon-check: \(request.name): \(error)\n  replay: \(request.command)")
      throw error
    }
  }
}
