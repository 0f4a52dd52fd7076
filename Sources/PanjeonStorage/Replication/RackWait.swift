// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Waits until what was written is in memory in two racks.
final class RackWait: Sendable {
  private struct State: Sendable {
    var racks: Set<[String]>
    var answersLeft: Int
    var error: StoreError?
  }

  private let state: Monitor<State>
  private let needed: Int

  init(racks: Set<[String]>, needed: Int, answers: Int) {
    self.needed = needed
    state = Monitor(State(racks: racks, answersLeft: answers))
  }

  func note(_ rack: [String], _ result: Result<Void, StoreError>) {
    state.withLock { state in
      state.answersLeft -= 1
      switch result {
      case .success: state.racks.insert(rack)
      case .failure(let error): state.error = error
      }
    }
    state.notifyAll()
  }

  /// Returns when enough racks have it, or when all that could have answered and at least one has it.
  ///
  /// Throws the last error if no volume has it, or none has answered in time.
  func wait(timeout: Duration) throws(StoreError) {
    let result = state.wait(timeout: timeout * 2) { [needed] state -> Result<Void, StoreError>? in
      if state.racks.count >= needed { return .success(()) }
      guard state.answersLeft <= 0 else { return nil }
      if !state.racks.isEmpty { return .success(()) }
      return .failure(state.error ?? StoreError(.io, "no volume has answered"))
    }
    try (result ?? .failure(StoreError(.io, "no volume has answered a write within \(timeout)")))
      .get()
  }
}
