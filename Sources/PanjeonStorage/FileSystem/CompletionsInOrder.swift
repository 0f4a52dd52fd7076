// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
package import WideColumn

/// The completions of a file's syncs, which are called in the order in which they were added, however they end.
package final class CompletionsInOrder: Sendable {
  package typealias Completion = @Sendable (Result<Void, StoreError>) -> Void

  private struct Waiting: Sendable {
    var completion: Completion
    var result: Result<Void, StoreError>?
  }

  private struct State: Sendable {
    var waiting: [Waiting] = []
    /// The place of the first that waits.
    var first = 0
    /// Whether somebody is calling them; whoever comes meanwhile leaves it to them.
    var isCalling = false

    mutating func takeEnded() -> (Completion, Result<Void, StoreError>)? {
      guard let next = waiting.first, let result = next.result else {
        isCalling = false
        return nil
      }
      waiting.removeFirst()
      first += 1
      return (next.completion, result)
    }
  }

  private let state = Mutex(State())

  package init() {}

  /// Adds a completion; returns its place.
  package func add(_ completion: @escaping Completion) -> Int {
    state.withLock { state in
      state.waiting.append(Waiting(completion: completion))
      return state.first + state.waiting.count - 1
    }
  }

  /// Keeps how a sync ended, and calls the completions whose turn has come.
  package func end(_ place: Int, _ result: Result<Void, StoreError>) {
    let calls = state.withLock { state -> Bool in
      state.waiting[place - state.first].result = result
      if state.isCalling { return false }
      state.isCalling = true
      return true
    }
    guard calls else { return }
    while let (completion, result) = state.withLock({ $0.takeEnded() }) { completion(result) }
  }
}
