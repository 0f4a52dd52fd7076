// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
internal import Synchronization
internal import WideColumn

/// What the tasks that call a store far away share with the thread that has the connection (``ClientThread``).
final class ClientLoop: Sendable {
  /// How many calls are under way at once at the most.
  static let callsMax = 10_000

  private struct State {
    var submitted: [ClientCall] = []
    var callCount = 0
    var lastNumber: UInt64 = 0
    var store: Greeting.Store?
    var isClosed = false
    var isWoken = false
  }

  private let state = Mutex(State())
  private let pipe: WakePipe

  /// Starts the thread, which connects when there is a call; throws `io`.
  init(port: UInt16, deadline: Duration) throws(StoreError) {
    pipe = try WakePipe()
    let descriptor = pipe.reading
    _ = WorkerThread(name: "remote-store", isDetached: true) {
      var thread = ClientThread(loop: self, port: port, deadline: deadline, wakeUp: descriptor)
      thread.run()
    }
  }

  /// What the server has said of its store when it was last connected to.
  var store: Greeting.Store? { state.withLock { $0.store } }

  /// A number that no other call has.
  func nextNumber() -> UInt64 {
    state.withLock { state in
      state.lastNumber += 1
      return state.lastNumber
    }
  }

  /// Has a call made; its continuation is resumed, at its deadline at the latest.
  func submit(_ call: ClientCall) {
    let refusal: StoreError? = change { state in
      if state.isClosed { return .storeClosed }
      if state.callCount >= Self.callsMax {
        return StoreError(.unavailable, "\(Self.callsMax) calls are under way already")
      }
      if call.continuation != nil { state.callCount += 1 }
      state.submitted.append(call)
      return nil
    }
    if let refusal { call.continuation?.resume(returning: .failure(refusal)) }
  }

  /// Has the thread end; calls under way fail.
  func close() {
    change { $0.isClosed = true }
  }

  private func change<R: Sendable>(_ body: (inout State) -> R) -> R {
    let (result, isAsleep) = state.withLock { state in
      let result = body(&state)
      defer { state.isWoken = true }
      return (result, !state.isWoken)
    }
    if isAsleep { pipe.wake() }
    return result
  }
}

/// For the thread.
extension ClientLoop {
  /// The calls that have come since, and whether to end.
  func take() -> (calls: [ClientCall], isClosed: Bool) {
    pipe.drain()
    return state.withLock { state in
      state.isWoken = false
      defer { state.submitted = [] }
      return (state.submitted, state.isClosed)
    }
  }

  /// Ends a call.
  func finish(_ call: ClientCall, _ result: Result<ClientCall.Answer, StoreError>) {
    guard let continuation = call.continuation else { return }
    state.withLock { $0.callCount -= 1 }
    HandOver.fence()
    continuation.resume(returning: result)
  }

  func connected(to store: Greeting.Store) {
    state.withLock { $0.store = store }
  }
}
