// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import PanjeonStorage
internal import PanjeonTesting
internal import WideColumn

/// What every process is told that a run starts.
///
/// Not for people.
struct ChildOptions: ParsableArguments {
  @Option var workload: WorkloadSelection
  @Option var faults: FaultSelection
  @Option var clients: Int
  @Option var transactions: Int
  @Option var seed: UInt64
  @Option var life: Int
  @Option var firstTransaction: Int
  @Option var firstProcess: Int
  @Option var history: String

  /// The run as this process has it.
  func request(store: String, path: PathSelection) -> RunRequest {
    RunRequest(
      kind: workload.kinds[0], store: .directory(store), path: path, faults: faults.kinds,
      clients: clients, transactions: transactions, seed: seed)
  }

  /// Decides about the faults of this life.
  var lifeSeed: UInt64 { seed &+ UInt64(life) << 32 }

  /// Does the process's work with a history, and writes down why it failed.
  ///
  /// - Parameters:
  ///   - endsWithInput: Whether it waits for the end of its standard input by itself; others end at once then, without more ado.
  ///   - body: The work.
  /// - Throws: An `ExitCode`.
  func run(
    endsWithInput: Bool = false,
    _ body: (AppendedHistory, ChildReporter) async throws(RunFailure) -> Void
  ) async throws {
    Output.ignoreClosedPipe()
    do {
      let appended = try await AppendedHistory(history)
      defer { appended.end() }
      let reporter = ChildReporter(descriptor: ChildCommand.reportDescriptor)
      if !endsWithInput { OrphanWatch.begin() }
      do throws(RunFailure) {
        try await body(appended, reporter)
      } catch {
        try await appended.note(error)
        throw error
      }
      reporter.end()
    } catch {
      Output.printError("panjeon-check: the process that runs transactions failed: \(error)")
      throw ExitCode.failed
    }
  }

  /// Who runs this life's transactions.
  ///
  /// - Parameters:
  ///   - request: The run.
  ///   - history: Where they are written down.
  ///   - reporter: Is told of each end.
  ///   - pause: What a client does between two transactions.
  /// - Returns: The runner.
  func runner(
    _ request: RunRequest, _ history: AppendedHistory, _ reporter: ChildReporter,
    pause: (@Sendable (Int) async throws -> Void)? = nil
  ) -> WorkloadRunner {
    var options = request.workloadOptions
    options.firstTransaction = firstTransaction
    options.firstProcess = firstProcess
    options.onEnd = { reporter.report(.ended) }
    options.pause = pause
    return WorkloadRunner(
      request.kind.workload(seed: seed), clock: SystemTimeSource(), history: history, options)
  }
}
