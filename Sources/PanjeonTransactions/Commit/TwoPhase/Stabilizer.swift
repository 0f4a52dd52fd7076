// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
internal import WideColumn

/// Makes the rows of committed transactions stable in the background, some transactions at a time.
///
/// Nothing depends on it: a lock that it does not come to is ended by whoever meets it.
final class Stabilizer<Store: WideColumnStore>: Sendable {
  private struct State {
    var queue: [CommittedLocks] = []
    /// How many of the queue are under way or done.
    var taken = 0
    var workers = 0
    var skipped: UInt64 = 0
    var waiting: [CheckedContinuation<Void, Never>] = []

    mutating func next() -> CommittedLocks? {
      guard taken < queue.count else {
        (queue, taken) = ([], 0)
        return nil
      }
      taken += 1
      if taken >= 64, taken * 2 > queue.count {
        queue.removeSubrange(..<(taken - 1))
        taken = 1
      }
      return queue[taken - 1]
    }
  }

  private let resolver: LockResolver<Store>
  private let queueMax: Int
  private let workersMax: Int
  private let startTask: BackgroundTaskStarter
  private let state = Mutex(State())

  init(
    _ resolver: LockResolver<Store>, _ options: TwoPhaseOptions,
    startTask: @escaping BackgroundTaskStarter
  ) {
    self.resolver = resolver
    self.startTask = startTask
    queueMax = options.stabilizationsMax
    workersMax = options.stabilizersMax
  }

  /// How many transactions it had no room for.
  var skipped: UInt64 { state.withLock { $0.skipped } }

  /// Takes the locks of a transaction in, if there is room.
  func add(_ locks: CommittedLocks) {
    let isNeeded = state.withLock { state -> Bool in
      if state.queue.count - state.taken >= queueMax {
        state.skipped += 1
        return false
      }
      state.queue.append(locks)
      if state.workers >= workersMax { return false }
      state.workers += 1
      return true
    }
    if isNeeded { startTask { await self.work() } }
  }

  private func work() async {
    while let locks = state.withLock({ state -> CommittedLocks? in
      let next = state.next()
      if next == nil { state.workers -= 1 }
      return next
    }) {
      // What fails is left to who meets it.
      _ = try? await resolver.rollForward(locks)
    }
    let done = state.withLock { state -> [CheckedContinuation<Void, Never>] in
      if state.workers > 0 { return [] }
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in done { continuation.resume() }
  }

  /// Waits until all that was taken in is done with.
  func drain() async {
    await withCheckedContinuation { continuation in
      let isIdle = state.withLock { state in
        if state.workers == 0 { return true }
        state.waiting.append(continuation)
        return false
      }
      if isIdle { continuation.resume() }
    }
  }
}
