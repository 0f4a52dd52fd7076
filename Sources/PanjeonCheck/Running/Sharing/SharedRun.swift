// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
internal import PanjeonTesting
internal import PanjeonTransactions
internal import WideColumn

/// A run whose clients live in processes of their own, which share a store of another process over the loopback interface.
///
/// Those processes commit in two phases; with `mixed` the one that has the store runs clients too, which commit in one batch.
/// Each of them is killed now and then. This process creates the store and runs what comes first and last.
struct SharedRun: Sendable {
  let request: RunRequest
  let parent: String
  /// How many processes have clients.
  let processes: Int
  /// The path of `panjeon-check`.
  let executable: String

  /// How long a process with clients waits until there may be something to do.
  private static let pause = Duration.milliseconds(10)

  /// Ports that no outgoing connection is given by itself.
  private static let ports = 20_000..<32_000

  /// Throws when the run's directory cannot be created.
  func run() async throws -> FinishedRun {
    let directory = try RunDirectory.create(request.name, in: parent)
    let state = SharedRunState(request, processes: processes)
    var finished = FinishedRun()
    finished.directory = directory
    do throws(RunFailure) {
      try await run(in: directory, state, &finished)
    } catch {
      finished.failure = error
    }
    state.finish(&finished)
    return finished
  }

  private func run(
    in directory: RunDirectory, _ state: SharedRunState, _ finished: inout FinishedRun
  ) async throws(RunFailure) {
    let stages = CrashStages(request: request)
    try await stages.runFirst(at: directory.store, FaultySetup.configuration, &finished) {
      state.add($0)
    }
    let port = try await RunFailure.naming(.running) { try Self.freePort() }
    await withTaskGroup { group in
      group.addTask { await serve(directory, port, state) }
      for _ in 0..<processes { group.addTask { await runClients(directory, port, state) } }
    }
    if let failure = state.failure { throw failure }
    let next = state.next
    try await stages.runLast(
      at: directory.store, FaultySetup.configuration, firstTransaction: next.transaction,
      firstProcess: next.process, &finished
    ) {
      state.add($0)
    }
  }

  private static func freePort() throws(StoreError) -> UInt16 {
    var random = SplitMix64(seed: Platform.randomSeed())
    for _ in 0..<ports.count {
      let port = UInt16(ports.lowerBound + random.below(ports.count))
      do throws(StoreError) {
        try LoopbackSocket.listening(on: port).close()
        return port
      } catch {
        // Somebody has it.
      }
    }
    throw StoreError(.io, "all ports of 127.0.0.1 from \(ports.lowerBound) on are taken")
  }
}

/// The processes.
extension SharedRun {
  /// Runs the process that has the store, life after life.
  private func serve(_ directory: RunDirectory, _ port: UInt16, _ state: SharedRunState) async {
    while !state.isOver {
      let life = state.beginServer()
      let server = ServerLife(
        executable: executable,
        arguments: arguments("run-server", life, clients: request.localClients, port, directory)
          + ["--store", directory.store])
      await live(life, isServer: true, directory, state) { () throws(StoreError) in
        let end = life.millisecondsBeforeKill.map(Self.nanoseconds(after:))
        return try server.live(
          order: { Self.order(life, end, state) }, { state.note($0, of: life) })
      }
    }
  }

  private static func nanoseconds(after milliseconds: Int) -> UInt64 {
    Platform.monotonicNanoseconds() + UInt64(milliseconds) * 1_000_000
  }

  private static func order(
    _ life: SharedRunState.Life, _ end: UInt64?, _ state: SharedRunState
  ) -> ServerLife.Order {
    if state.isOver { return .end }
    if let end { return Platform.monotonicNanoseconds() < end ? .goOn : .kill }
    return life.endedBeforeKill.map { state.ended < $0 ? .goOn : .kill } ?? .goOn
  }

  /// Runs a process with clients, life after life.
  private func runClients(
    _ directory: RunDirectory, _ port: UInt16, _ state: SharedRunState
  ) async {
    let clients = max(1, (request.clients - request.localClients) / processes)
    while !state.isOver {
      guard let life = state.beginClients() else {
        try? await SystemTimeSource().sleep(for: Self.pause)
        continue
      }
      let child = ChildLife(
        executable: executable,
        arguments: arguments("run-clients", life, clients: clients, port, directory),
        endedBeforeKill: life.millisecondsBeforeKill == nil ? life.endedBeforeKill ?? .max : nil,
        millisecondsBeforeKill: life.millisecondsBeforeKill ?? 0)
      await live(life, isServer: false, directory, state) { () throws(StoreError) in
        // The clients of a run that has failed wait for a store that never comes back.
        try child.live(isOver: { state.failure != nil }) { state.note($0, of: life) }
      }
    }
  }

  /// Runs one life of a process, and takes what it has written.
  private func live(
    _ life: SharedRunState.Life, isServer: Bool, _ directory: RunDirectory,
    _ state: SharedRunState, _ body: @escaping @Sendable () throws(StoreError) -> Lived
  ) async {
    let file = directory.life(life.number)
    do throws(StoreError) {
      // The process may be killed before it has written anything.
      try await HistoryFile.write([], to: file)
      let lived = try await HistoryFile.onThread(body)
      state.end(life, isServer: isServer, lived, try await HistoryFile.read(file))
      try PosixFileSystem().remove(file)
    } catch {
      state.fail(RunFailure(error, .running))
    }
  }

  private func arguments(
    _ command: String, _ life: SharedRunState.Life, clients: Int, _ port: UInt16,
    _ directory: RunDirectory
  ) -> [String] {
    [
      command, "--workload", request.kind.rawValue, "--faults", WorkloadFault.text(request.faults),
      "--clients", "\(clients)", "--transactions", "\(life.transactions.count)",
      "--seed", "\(request.seed)", "--life", "\(life.number)",
      "--first-transaction", "\(life.transactions.lowerBound)",
      "--first-process", "\(life.number * RunProgress.processesPerLife)",
      "--history", directory.life(life.number), "--port", "\(port)",
    ]
  }
}

extension RunRequest {
  /// How many of the clients of a shared store are where it is.
  fileprivate var localClients: Int { path == .mixed ? max(1, clients / 2) : 0 }
}
