// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// The tasks that carry out requests, and the thread that they come from: counted, so that a server that stops awaits them.
///
/// The only place where a server starts tasks: a thread has none of its own that could be their parent.
final class RequestTasks: Sendable {
  private struct State {
    var running = 0
    var waiters: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Mutex(State())

  /// Starts a task; its caller bounds how many there are.
  func start(_ body: @escaping @Sendable () async -> Void) {
    begin()
    Task {
      await body()
      end()
    }
  }

  /// Counts something that ``end()`` will end.
  func begin() { state.withLock { $0.running += 1 } }

  /// Something has ended.
  func end() {
    let waiters = state.withLock { state in
      state.running -= 1
      if state.running > 0 { return [CheckedContinuation<Void, Never>]() }
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.resume() }
  }

  /// Waits until all have ended; more must not begin.
  func allEnded() async {
    await withCheckedContinuation { continuation in
      let isOver = state.withLock { state in
        if state.running == 0 { return true }
        state.waiters.append(continuation)
        return false
      }
      if isOver { continuation.resume() }
    }
  }
}
