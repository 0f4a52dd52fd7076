// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import PanjeonStorage
internal import PanjeonTesting
internal import WideColumn

/// `panjeon-check run-child`: the process that a run kills, with a store and all clients.
///
/// Not for people.
struct ChildCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run-child", abstract: "The process that a run kills.", shouldDisplay: false)

  /// The descriptor on which it reports.
  static let reportDescriptor: Int32 = 3

  @OptionGroup var options: ChildOptions
  @Option var store: String
  @Option var path: PathSelection

  func run() async throws {
    try await options.run { (history, reporter) async throws(RunFailure) in
      try await work(history, reporter)
    }
  }

  private func work(
    _ history: AppendedHistory, _ reporter: ChildReporter
  ) async throws(RunFailure) {
    let request = options.request(store: store, path: path)
    let setup = try await RunFailure.naming(.reopening) {
      try await FaultySetup(
        at: store, FaultySetup.configuration, commits: path, faults: request.faults,
        clients: request.clients, seed: options.lifeSeed, onFault: { reporter.report($0) })
    }
    let runner = options.runner(request, history, reporter)
    try await RunFailure.naming(.running) {
      try await EmbeddedRun.run(runner, setup, seed: options.seed &+ UInt64(options.life))
    }
    try await RunFailure.naming(.closing) { try await setup.close() }
  }
}
