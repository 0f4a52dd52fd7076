// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
internal import WideColumn

/// Counts the copies that have synced a file: done when all have answered, and well if one has.
final class SyncTally: Sendable {
  private struct State: Sendable {
    var left: Int
    var hasSucceeded = false
    var error: StoreError?
  }

  private let state: Mutex<State>
  private let completion: @Sendable (Result<Void, StoreError>) -> Void

  init(count: Int, _ completion: @escaping @Sendable (Result<Void, StoreError>) -> Void) {
    state = Mutex(State(left: count))
    self.completion = completion
  }

  func note(_ result: Result<Void, StoreError>) {
    let whole = state.withLock { state -> Result<Void, StoreError>? in
      state.left -= 1
      switch result {
      case .success: state.hasSucceeded = true
      case .failure(let error): state.error = error
      }
      guard state.left == 0 else { return nil }
      if state.hasSucceeded { return .success(()) }
      return state.error.map { .failure($0) } ?? .success(())
    }
    if let whole { completion(whole) }
  }
}
