// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
internal import Synchronization
internal import WideColumn

/// What the following file system of a ``LaggingFileSystem`` has yet to do, and the thread that does it.
final class FollowingQueue: Sendable {
  typealias Completion = @Sendable (Result<Void, StoreError>) -> Void

  /// A call to be carried out.
  enum Operation: Sendable {
    /// Creates, renames, removes, or syncs a directory.
    case name(@Sendable () throws(StoreError) -> Void)
    /// Changes a file, by so many bytes.
    case change(bytes: Int, @Sendable () throws(StoreError) -> Void)
    /// Syncs a file; without a completion it only keeps order.
    case sync(@Sendable () throws(StoreError) -> Void, Completion?)
  }

  private struct State: Sendable {
    var waiting: [Operation] = []
    /// How many syncs may still be carried out; nil: all that come.
    var syncsLeft: Int?
    /// What kept order from being kept.
    var failure: StoreError?
    /// The ends of syncs that nobody has been told of; nil: all are told.
    var ends: [@Sendable () -> Void]?
    var isStopping = false
    /// Whether the first of those that wait is being carried out.
    var isAtWork = false
  }

  private let state = Monitor(State())

  init() {
    _ = WorkerThread(name: "lagging", isDetached: true) { [state] in Self.work(state) }
  }

  func stop() {
    state.withLock { $0.isStopping = true }
    state.notifyAll()
  }

  func add(_ operation: Operation) {
    state.withLock { $0.waiting.append(operation) }
    state.notifyAll()
  }

  func allow(syncs: Int?) {
    state.withLock { $0.syncsLeft = syncs }
    state.notifyAll()
  }

  /// Waits until nothing is being carried out; somebody may have been told of an end that is not over.
  func waitForRest() {
    state.wait(timeout: nil) { $0.isAtWork ? nil : () }
  }

  /// Tells nobody that a sync has ended.
  func keepEnds() {
    state.withLock { $0.ends = $0.ends ?? [] }
  }

  func tellEnds() {
    while true {
      let end = state.withLock { state -> (@Sendable () -> Void)? in
        if state.ends?.isEmpty ?? true {
          state.ends = nil
          return nil
        }
        return state.ends?.removeFirst()
      }
      guard let end else { return }
      end()
    }
  }

  func heal() {
    state.withLock { $0.failure = nil }
  }

  var syncsWaiting: Int {
    state.withLock { state in
      state.waiting.count { if case .sync = $0 { true } else { false } }
    }
  }

  var bytesBehind: Int {
    state.withLock { state in
      state.waiting.reduce(0) { if case .change(let bytes, _) = $1 { $0 + bytes } else { $0 } }
    }
  }

  /// Waits until no creation, renaming or removal is left.
  func waitForNames() {
    state.wait(timeout: nil) { state -> Void? in
      state.waiting.contains { if case .name = $0 { true } else { false } } ? nil : ()
    }
  }

  private static func work(_ state: Monitor<State>) {
    while true {
      let next = state.wait(timeout: nil) { state -> (Operation?, StoreError?)? in
        if let next = state.waiting.first, state.syncsLeft != 0 {
          state.isAtWork = true
          return (next, state.failure)
        }
        return state.isStopping ? (nil, nil) : nil
      }
      guard let (operation, failure) = next, let operation else { return }
      carryOut(operation, failure, state)
      state.withLock { state in
        state.waiting.removeFirst()
        state.isAtWork = false
      }
      state.notifyAll()
    }
  }

  private static func carryOut(
    _ operation: Operation, _ failure: StoreError?, _ state: Monitor<State>
  ) {
    var completion: Completion?
    let result = Result { () throws(StoreError) in
      switch operation {
      case .name(let body), .change(_, let body): try body()
      case .sync(let body, let told):
        completion = told
        if let failure { throw failure }
        try body()
      }
    }
    if case .sync = operation {
      state.withLock { state in
        state.syncsLeft = state.syncsLeft.map { max(0, $0 - 1) }
        if completion == nil, case .failure(let error) = result { state.failure = error }
      }
    }
    if case .name = operation, case .failure(let error) = result {
      state.withLock { $0.failure = error }
    }
    guard let completion else { return }
    let isKept = state.withLock { state -> Bool in
      state.ends?.append { completion(result) }
      return state.ends != nil
    }
    if !isKept { completion(result) }
  }
}
