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
      a sum). A run that was asked for faults and had none fails.
      """)

  @OptionGroup var options: RunOptions

  func run() async throws {
    Output.ignoreClosedPipe()
    let firstSeed = options.seed ?? Platform.randomSeed() >> 16
    var worst = RunVerdict.holds
    do {
      for kind in options.workload.kinds {
        var faults = WorkloadFaultCounts()
        for index in 0..<UInt64(options.seeds) {
          let request = RunRequest(options, kind, seed: firstSeed &+ index)
          let outcome = try await request.run()
          try await write(outcome)
          Output.print(options.json ? outcome.json : outcome.text(isShort: options.seeds > 1))
          faults.add(outcome.faults)
          worst = max(worst, outcome.verdict)
        }
        let asked = options.faults.faults(of: options.store)
        if !asked.isEmpty, faults.total == 0 {
          Output.printError(
            "panjeon-check: \(kind.rawValue): no fault was injected, though \(WorkloadFault.text(asked)) was asked for: "
              + "run more transactions")
          worst = max(worst, .vacuous)
        }
      }
    } catch let error as StoreError {
      Output.printError("panjeon-check: \(error)")
      throw error.code == .invalidArgument ? ExitCode.validationFailure : ExitCode.failed
    } catch {
      // Any other error would end the program like a violation.
      Output.printError("panjeon-check: \(error)")
      throw ExitCode.failed
    }
    try worst.exit(allowsUnknown: options.allowUnknown)
  }

  private func write(_ outcome: RunOutcome) async throws {
    if let path = options.history {
      try await HistoryFile.write(outcome.history, to: path)
    } else if outcome.verdict == .violated {
      // Threads do not do the same again: this is the only trace.
      let path = try TemporaryDirectory.create() + "/\(outcome.request.storeName).jsonl"
      try await HistoryFile.write(outcome.history, to: path)
      Output.printError("panjeon-check: the history is in \(path)")
    }
  }
}
