// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import PanjeonStorage
internal import PanjeonTesting
internal import WideColumn

/// `panjeon-check run-child`: the process that a run kills.
///
/// Not for people.
struct ChildCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run-child", abstract: "The process that a run kills.", shouldDisplay: false)

  /// The descriptor on which it reports.
  static let reportDescriptor: Int32 = 3

  @Option var workload: WorkloadSelection
  @Option var store: String
  @Option var path: PathSelection
  @Option var faults: FaultSelection
  @Option var clients: Int
  @Option var transactions: Int
  @Option var seed: UInt64
  @Option var life: Int
  @Option var firstTransaction: Int
  @Option var firstProcess: Int
  @Option var history: String

  func run() async throws {
    Output.ignoreClosedPipe()
    do {
      let appended = try await AppendedHistory(history)
      do throws(RunFailure) {
        try await work(appended)
      } catch {
        try await appended.note(error)
        appended.end()
        throw error
      }
      appended.end()
    } catch {
      Output.printError("panjeon-check: the process that runs transactions failed: \(error)")
      throw ExitCode.failed
    }
  }

  private var request: RunRequest {
    RunRequest(
      kind: workload.kinds[0], store: .directory(store), path: path,
      faults: faults.kinds, clients: clients, transactions: transactions, seed: seed)
  }

  private func work(_ appended: AppendedHistory) async throws(RunFailure) {
    let request = request
    let reporter = ChildReporter(descriptor: Self.reportDescriptor)
    let setup = try await RunFailure.naming(.reopening) {
      try await FaultySetup(
        at: store, FaultySetup.configuration, commits: path, faults: request.faults,
        clients: clients, seed: seed &+ UInt64(life) << 32, onFault: { reporter.report($0) })
    }
    var options = request.workloadOptions
    options.firstTransaction = firstTransaction
    options.firstProcess = firstProcess
    options.onEnd = { reporter.report(.ended) }
    let runner = WorkloadRunner(
      request.kind.workload(seed: seed), clock: SystemTimeSource(), history: appended, options)
    try await RunFailure.naming(.running) {
      try await EmbeddedRun.run(runner, setup, seed: seed &+ UInt64(life))
    }
    try await RunFailure.naming(.closing) { try await setup.close() }
    reporter.end()
  }
}
