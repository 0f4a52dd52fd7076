// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Writes the following copies of the log: one thread, which does everything in the order in which the engine did it.
///
/// So these copies are at each moment what one disk would hold a little earlier, over all volumes. What fails takes its volume out
/// of use; the steps of such a volume are passed over, and those who wait for them told.
package final class LogFollower: Sendable {
  /// How long steps that nobody waits for may gather, so that many writes become one.
  private static let linger = Duration.milliseconds(2)

  private struct State: Sendable {
    var steps: [FollowingStep] = []
    /// The steps that the thread has taken and not finished.
    var underWay: [FollowingStep] = []
    var isUrgent = false
    /// Whether the thread sleeps until there is something to do.
    var isIdle = false
    var isStopping = false
    /// Counts the threads: one that is stuck is given up, and finds that it is not the present one any more.
    var generation = 0
    /// When the present call began.
    var callBegan: UInt64?

    func isBehind(before name: String) -> Bool {
      (steps + underWay).contains { $0.isOwed && $0.name != name }
    }
  }

  package let backlog: WriteBacklog
  private let fileSystem: any FileSystem
  private let clock: any TimeSource
  private let onFailure: @Sendable (MountedVolume, StoreError) -> Void
  private let state = Monitor(State())

  /// Starts the thread.
  ///
  /// - Parameters:
  ///   - fileSystem: What the volumes are on.
  ///   - clock: By which a call that takes too long is told.
  ///   - backlog: Told how many bytes wait.
  ///   - onFailure: Told of each call that fails.
  package init(
    _ fileSystem: any FileSystem, clock: any TimeSource, backlog: WriteBacklog,
    onFailure: @escaping @Sendable (MountedVolume, StoreError) -> Void
  ) {
    self.fileSystem = fileSystem
    self.clock = clock
    self.backlog = backlog
    self.onFailure = onFailure
    startThread(0)
  }

  private func startThread(_ generation: Int) {
    _ = WorkerThread(name: "panjeon-follow", isDetached: true) { [self] in run(generation) }
  }

  // MARK: For those who write the log

  /// Whether no more bytes may wait.
  package var isFull: Bool { backlog.isFull }

  /// Lets a step wait for its turn.
  func add(_ step: FollowingStep) {
    backlog.add(step.bytes.count)
    let isWanted = state.withLock { state -> Bool in
      let last = state.steps.count - 1
      if last < 0 || !state.steps[last].takeIn(step) { state.steps.append(step) }
      let becomesUrgent = step.isAwaited && !state.isUrgent
      state.isUrgent = state.isUrgent || step.isAwaited
      return state.isIdle || becomesUrgent
    }
    if isWanted { state.notifyAll() }
  }

  /// Blocks until more bytes may wait.
  package func waitForRoom() {
    state.wait(timeout: nil) { state -> Void? in
      if !isFull || state.isStopping { return () }
      state.isUrgent = true
      return nil
    }
  }

  /// The segments of which a volume lacks something that it is to have.
  var owedNames: Set<String> {
    state.withLock { state in
      Set((state.steps + state.underWay).lazy.filter(\.isOwed).compactMap(\.name))
    }
  }

  /// Whether a volume lacks something that it is to have of files other than a segment, the newest.
  func isBehind(before name: String) -> Bool {
    state.withLock { $0.isBehind(before: name) }
  }

  /// Blocks until no volume lacks anything of the segments before the newest; one that is stuck is given up.
  func catchUp(before name: String) {
    state.wait(timeout: nil) { state -> Void? in
      if !state.isBehind(before: name) || state.isStopping { return () }
      state.isUrgent = true
      return nil
    }
  }

  /// Whether steps of a file wait or are under way on a volume.
  package func isBehind(_ name: String, on volume: MountedVolume) -> Bool {
    state.withLock { state in
      state.steps.contains { $0.volume === volume && $0.name == name }
        || state.underWay.contains { $0.volume === volume && $0.name == name }
    }
  }

  /// Blocks until everything that waits has been done, or its volume has not answered for so long.
  package func drain(timeout: Duration) {
    while true {
      let isDone: Bool? = state.wait(timeout: min(timeout, .seconds(1))) { state in
        if state.steps.isEmpty && state.underWay.isEmpty { return true }
        state.isUrgent = true
        return nil
      }
      if isDone != nil { return }
      giveUpStuckCall(after: timeout)
    }
  }

  /// Ends the thread once nothing waits; nobody waits for it.
  package func stop() {
    state.withLock { $0.isStopping = true }
    state.notifyAll()
  }

  // MARK: The thread

  private func run(_ generation: Int) {
    while let steps = take(generation) {
      for step in steps {
        guard perform(step, generation) else { return }
      }
    }
  }

  private func take(_ generation: Int) -> [FollowingStep]? {
    state.wait(timeout: nil) { state -> Void? in
      state.isIdle = state.steps.isEmpty
      if !state.steps.isEmpty || state.isStopping || state.generation != generation { return () }
      return nil
    }
    state.wait(timeout: Self.linger) { state -> Void? in
      state.isIdle = false
      return state.isUrgent || state.isStopping || state.generation != generation ? () : nil
    }
    return state.withLock { state in
      guard state.generation == generation else { return nil }
      if state.steps.isEmpty { return state.isStopping ? nil : [] }
      defer {
        state.underWay = state.steps
        state.steps = []
        state.isUrgent = false
      }
      return state.steps
    }
  }

  /// Does a step; false when the thread has been given up meanwhile.
  private func perform(_ step: FollowingStep, _ generation: Int) -> Bool {
    let isOurs = state.withLock { state in
      guard state.generation == generation else { return false }
      state.callBegan = clock.monotonicNanoseconds()
      return true
    }
    guard isOurs else { return false }
    let result: Result<Void, StoreError> =
      step.isUsable
      ? Result { () throws(StoreError) in try carryOut(step) }
      : .failure(Self.outOfUse(step.volume))
    let isStillOurs = state.withLock { state in
      guard state.generation == generation else { return false }
      state.callBegan = nil
      return true
    }
    guard isStillOurs else { return false }
    finish(step, result)
    return true
  }

  private func carryOut(_ step: FollowingStep) throws(StoreError) {
    switch step.work {
    case .create(let copy): try copy.create(fileSystem)
    case .write(let copy):
      guard let file = copy.openFile else { return try syncClosed(copy, step) }
      if !step.bytes.isEmpty {
        try unsafe step.bytes.withRawBytes { (bytes) throws(StoreError) in
          try unsafe file.write(bytes, at: step.offset)
        }
      }
      if !step.onSync.isEmpty { try file.sync() }
    case .close(let copy): copy.close()
    case .remove(let volume, let name): try fileSystem.remove(volume.path(of: name))
    case .syncDirectory(let volume): try fileSystem.syncDirectory(volume.path)
    }
  }

  /// Syncs a copy whose segment has ended meanwhile, in place of another that could not be.
  private func syncClosed(_ copy: FollowingCopy, _ step: FollowingStep) throws(StoreError) {
    guard step.bytes.isEmpty, !step.onSync.isEmpty else { throw Self.outOfUse(copy.volume) }
    let file = try fileSystem.open(copy.path, .readWrite)
    defer { file.close() }
    try file.sync()
  }

  private func finish(_ step: FollowingStep, _ result: Result<Void, StoreError>) {
    if case .failure(let error) = result, step.isUsable { onFailure(step.volume, error) }
    backlog.add(-step.bytes.count)
    state.withLock { state in
      if !state.underWay.isEmpty { state.underWay.removeFirst() }
    }
    state.notifyAll()
    for tell in step.onWrite + step.onSync { tell(result) }
  }

  private static func outOfUse(_ volume: MountedVolume) -> StoreError {
    StoreError(.io, "the volume '\(volume.name)' is out of use", file: volume.path)
  }

  // MARK: Calls that do not return

  /// Gives up a thread that has been stuck in a call for too long, and goes on with another behind that call.
  ///
  /// Returns the volume that does not answer.
  package func giveUpStuckCall(after timeout: Duration) {
    let now = clock.monotonicNanoseconds()
    let given = state.withLock { state -> (step: FollowingStep, generation: Int)? in
      guard let began = state.callBegan, let step = state.underWay.first,
        now > began, .nanoseconds(Int64(now - began)) > timeout
      else { return nil }
      state.generation += 1
      state.callBegan = nil
      // What it had taken waits again, before the rest.
      state.steps = Array(state.underWay.dropFirst()) + state.steps
      state.underWay = [step]
      state.isUrgent = true
      return (step, state.generation)
    }
    guard let (step, generation) = given else { return }
    finish(
      step,
      .failure(
        StoreError(
          .io, "the volume '\(step.volume.name)' has not answered for \(timeout)",
          file: step.volume.path)))
    startThread(generation)
  }
}
