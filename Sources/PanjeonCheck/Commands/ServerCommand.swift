// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import PanjeonStorage
internal import PanjeonTesting
internal import WideColumn

/// `panjeon-check run-server`: the process that has the store which the clients of a run share, and may have clients of its own.
///
/// It serves until its standard input ends. Not for people.
struct ServerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run-server", abstract: "The process that has a store which others share.",
    shouldDisplay: false)

  /// How long a client here pauses between two transactions: those far away take longer, and are to meet them all the time.
  private static let pause = Duration.milliseconds(5)
  /// How often a port is tried that another process may still have.
  private static let listenAttemptsMax = 500
  private static let listenPause = Duration.milliseconds(20)

  @OptionGroup var options: ChildOptions
  @Option var store: String
  @Option var port: UInt16

  func run() async throws {
    try await options.run(endsWithInput: true) { (history, reporter) async throws(RunFailure) in
      try await work(history, reporter)
    }
  }

  private func work(
    _ history: AppendedHistory, _ reporter: ChildReporter
  ) async throws(RunFailure) {
    let request = options.request(store: store, path: .oneBatch)
    let setup = try await RunFailure.naming(.reopening) {
      try await FaultySetup(
        at: store, FaultySetup.configuration, faults: request.faults,
        clients: max(1, request.clients),
        seed: options.lifeSeed, onFault: { reporter.report($0) })
    }
    let runner = options.runner(request, history, reporter) { errorsInARow in
      try await SystemTimeSource().sleep(for: Self.pause)
      try await ClientPause.after(errorsInARow)
    }
    try await RunFailure.naming(.running) {
      let server = try await listen(setup)
      try await serve(setup, runner, reporter)
      await server.stop()
    }
    try await RunFailure.naming(.closing) { try await setup.close() }
  }

  /// Serves, and runs the clients of this process, while regions change.
  private func serve(
    _ setup: FaultySetup, _ runner: WorkloadRunner, _ reporter: ChildReporter
  ) async throws {
    try await withThrowingTaskGroup { group in
      group.addTask { [options] in
        try await RegionChanges(setup.store, seed: options.seed &+ UInt64(options.life)).run()
      }
      do {
        if options.transactions > 0 { try await runner.runClients(through: setup.managers) }
        reporter.report(.done)
        _ = try await HistoryFile.read("-")
      } catch {
        group.cancelAll()
        throw error
      }
      setup.injector.stop()
      group.cancelAll()
      try await group.waitForAll()
    }
  }

  private func listen(_ setup: FaultySetup) async throws -> StoreServer<EmbeddedStore> {
    var attempts = 1
    while true {
      do throws(StoreError) {
        return try StoreServer(setup.store, port: port, fault: setup.injector.fault)
      } catch {
        if attempts == Self.listenAttemptsMax { throw error }
      }
      attempts += 1
      try await SystemTimeSource().sleep(for: Self.listenPause)
    }
  }
}
