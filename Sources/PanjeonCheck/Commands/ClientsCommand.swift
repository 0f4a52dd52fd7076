// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import PanjeonStorage
internal import PanjeonTesting
internal import WideColumn

/// `panjeon-check run-clients`: a process with clients of a store that another one has; they commit in two phases.
///
/// Not for people.
struct ClientsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run-clients", abstract: "A process with clients of a store that another one has.",
    shouldDisplay: false)

  @OptionGroup var options: ChildOptions
  @Option var port: UInt16

  func run() async throws {
    try await options.run { (history, reporter) async throws(RunFailure) in
      try await work(history, reporter)
    }
  }

  private func work(
    _ history: AppendedHistory, _ reporter: ChildReporter
  ) async throws(RunFailure) {
    // Only how transactions are made durable depends on the store, which is a directory of another process.
    let request = options.request(store: "shared", path: .twoPhase)
    try await RunFailure.naming(.running) {
      let setup = try await ClientSetup(
        port: port, faults: request.faults, clients: request.clients, seed: options.lifeSeed,
        onFault: { reporter.report($0) })
      let runner = options.runner(request, history, reporter) { errorsInARow in
        try await ClientPause.after(errorsInARow)
      }
      try await runner.runClients(through: setup.managers)
      await setup.drain()
    }
  }
}

/// How long clients leave a store alone that has refused them: another process may be opening it.
enum ClientPause {
  private static let first = Duration.milliseconds(20)
  private static let doublingsMax = 5

  /// Waits, if anything was refused.
  ///
  /// - Parameter errorsInARow: How often.
  /// - Throws: `CancellationError`.
  static func after(_ errorsInARow: Int) async throws {
    if errorsInARow == 0 { return }
    let factor = 1 << min(errorsInARow - 1, doublingsMax)
    try await SystemTimeSource().sleep(for: first * factor)
  }
}
