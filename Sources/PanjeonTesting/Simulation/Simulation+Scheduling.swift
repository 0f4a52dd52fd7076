// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
internal import WideColumn

/// Who goes on.
extension Simulation {
  private enum Next {
    case resume(CheckedContinuation<Void, Never>)
    case deliver(@Sendable () -> Void)
  }

  /// Suspends the task until it is chosen to go on.
  func pass(_ process: Int) async {
    await withCheckedContinuation { continuation in
      if isAbandoned { return continuation.resume() }
      state.withLock { $0.calls.append(Call(process: process, continuation: continuation)) }
    }
  }

  /// Suspends the task until time has moved on.
  func sleep(_ process: SimulatedProcess, for duration: Duration) async {
    let (seconds, attoseconds) = duration.components
    let length =
      UInt64(max(0, seconds)) &* 1_000_000_000 &+ UInt64(max(0, attoseconds) / 1_000_000_000)
    await withCheckedContinuation { continuation in
      if isAbandoned { return continuation.resume() }
      state.withLock { state in
        state.sleepers.append(
          Sleeper(
            process: process.number, end: state.nanoseconds &+ length, continuation: continuation))
      }
    }
  }

  /// Has something done at a later step that nobody waits for.
  func deliverLater(_ delivery: @escaping @Sendable () -> Void) {
    state.withLock { $0.deliveries.append(delivery) }
  }

  /// Runs everything until the clients have ended and nothing is on its way any more.
  func runToEnd() throws(SimulationError) {
    let stepsAtBegin = steps
    while true {
      runReadyJobs()
      let (clientsLeft, next) = state.withLock { ($0.clientsLeft, choose(&$0)) }
      switch next {
      case .resume(let continuation): continuation.resume()
      case .deliver(let delivery): delivery()
      case nil where clientsLeft == 0: return
      case nil:
        throw SimulationError(
          .deadlock,
          "\(clientsLeft) clients wait for each other or for something outside the simulation",
          replay: replay)
      }
      if steps - stepsAtBegin > stepsMax {
        throw SimulationError(.tooManySteps, "more than \(stepsMax) steps", replay: replay)
      }
    }
  }

  /// Runs the tasks until each of them waits.
  private func runReadyJobs() {
    while true {
      let count = executor.readyCount
      if count == 0 { return }
      // Between two calls tasks of one process may meet in its memory; that the others do not matters only to speed.
      let index = count == 1 ? 0 : state.withLock { $0.choices.random?.below(count) ?? 0 }
      executor.runJob(at: index)
    }
  }

  private func choose(_ state: inout State) -> Next? {
    let sleepers = state.sleepers.isEmpty ? 0 : 1
    let count = state.calls.count + state.deliveries.count + sleepers
    if count == 0 { return nil }
    state.steps += 1
    let index = isEnumerated ? enumerated(&state, count) : drawn(&state)
    if index < state.calls.count {
      let call = state.calls.remove(at: index)
      state.last = call.process
      return .resume(call.continuation)
    }
    if index - state.calls.count < state.deliveries.count {
      return .deliver(state.deliveries.remove(at: index - state.calls.count))
    }
    let earliest = state.sleepers.indices.min { state.sleepers[$0].end < state.sleepers[$1].end }
    guard let earliest else { return nil }
    let sleeper = state.sleepers.remove(at: earliest)
    state.nanoseconds = max(state.nanoseconds, sleeper.end)
    state.last = sleeper.process
    return .resume(sleeper.continuation)
  }

  /// The place of the next among calls, deliveries and the first sleeper.
  private func enumerated(_ state: inout State, _ count: Int) -> Int {
    state.nanoseconds &+= UInt64(pace.stepNanosecondsMax)
    let calls = state.calls.count
    guard let going = state.calls.firstIndex(where: { $0.process == state.last }) else {
      return state.choices.pick(.next, count: count, free: calls > 0 ? calls : count)
    }
    // The first choice is the one that preempts nobody.
    let picked = state.choices.pick(.next, count: count, free: 1)
    if picked == 0 { return going }
    return picked <= going ? picked - 1 : picked
  }

  private func drawn(_ state: inout State) -> Int {
    let (calls, deliveries) = (state.calls.count, state.deliveries.count)
    let going = state.calls.firstIndex { $0.process == state.last }
    let hasSleepers = !state.sleepers.isEmpty
    // The source is there, or this would have been the other function.
    guard var random = state.choices.random else { return 0 }
    defer { state.choices.random = random }
    state.nanoseconds &+= UInt64(1 + random.below(pace.stepNanosecondsMax))
    if let going, random.chance(pace.staying) { return going }
    if hasSleepers, calls + deliveries == 0 || random.chance(pace.wakingEarly) {
      return calls + deliveries
    }
    // What is on its way arrives in its own time, seldom next.
    if deliveries > 0, calls == 0 || random.chance(0.1) { return calls + random.below(deliveries) }
    return random.below(calls)
  }
}
