// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
internal import WideColumn

extension Simulation {
  /// Runs clients at once, to their end.
  ///
  /// Returns when every client has ended and every call that was on its way has arrived. May be called again, for what comes
  /// after; the store, time and the numbering of processes go on.
  ///
  /// - Parameters:
  ///   - clients: How many.
  ///   - injectsFaults: Whether faults are injected.
  ///   - body: What each does. After a crash it is run again, as another process, at the most 16 times.
  /// - Throws: `failed` with the first error that a body threw whose process had not crashed; `deadlock`, `tooManySteps`,
  ///   `diverged`.
  public func run(
    clients: Int, injectingFaults injectsFaults: Bool = true,
    _ body: @escaping @Sendable (SimulatedProcess) async throws -> Void
  ) throws(SimulationError) {
    state.withLock { state in
      state.clientsLeft = clients
      state.injectsFaults = injectsFaults
      state.last = -1
    }
    for client in 0..<clients {
      // Nobody awaits it: a task that is stuck in a deadlock would never return. The scheduler counts those that are left.
      Task(executorPreference: executor) { await self.live(client, body) }
    }
    do {
      try runToEnd()
    } catch {
      endAbandoned()
      throw error
    }
    if let failure = state.withLock({ $0.failure }) { throw failure }
    if state.withLock({ $0.choices.hasDiverged }) {
      throw SimulationError(.diverged, "the schedule does not fit the run", replay: replay)
    }
  }

  private func live(
    _ client: Int, _ body: @escaping @Sendable (SimulatedProcess) async throws -> Void
  ) async {
    for life in 0...Self.crashesMax {
      let process = begin(client, life: life)
      await pass(process.number)
      do {
        try await body(process)
      } catch {
        if !process.isCrashed { note(error, client) }
      }
      if !process.isCrashed || isAbandoned { break }
    }
    state.withLock { $0.clientsLeft -= 1 }
  }

  private static var crashesMax: Int { 16 }

  private func begin(_ client: Int, life: Int) -> SimulatedProcess {
    let skew = faults.clockSkewMax.components.seconds
    return state.withLock { state in
      let number = state.processes
      state.processes += 1
      var offset: Int64 = 0
      if skew > 0, let range = state.choices.random?.below(Int(skew * 2_000_000)) {
        offset = Int64(range) - skew * 1_000_000
      }
      return SimulatedProcess(
        number: number, client: client, life: life, clockOffset: offset, in: self)
    }
  }

  private func note(_ error: any Error, _ client: Int) {
    let replay = replay
    state.withLock { state in
      if state.failure != nil { return }
      state.failure = SimulationError(
        .failed, "client \(client) failed", replay: replay, cause: error)
    }
  }

  /// Lets every task that waits here find its process dead, so that it ends.
  private func endAbandoned() {
    abandon()
    for _ in 0..<Self.abandonedRoundsMax {
      let waiting = state.withLock { state in
        defer { (state.calls, state.sleepers, state.deliveries) = ([], [], []) }
        return state.calls.map(\.continuation) + state.sleepers.map(\.continuation)
      }
      if waiting.isEmpty, executor.readyCount == 0 { return }
      for continuation in waiting { continuation.resume() }
      for _ in 0..<Self.abandonedRoundsMax where executor.readyCount > 0 { executor.runJob(at: 0) }
    }
  }

  private static var abandonedRoundsMax: Int { 10_000 }
}

extension SimulatedProcess {
  /// Starts a task of this process that nobody waits for; the run goes on until it has ended.
  public func startTask(_ body: @escaping @Sendable () async -> Void) {
    Task(executorPreference: simulation.executor) { await body() }
  }
}
