// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
internal import PanjeonTesting
internal import Synchronization
internal import WideColumn

/// Cuts the power of a machine in the midst of what its clients do, and keeps what they were told until then.
///
/// The history ends, and then the disk is taken: what was told by then must be on it, and what has been begun since cannot be.
/// Clients find out when they have the next event to record. Until then they go on, on a disk that nobody will read.
final class PowerCut: HistorySink {
  /// What is left.
  struct Left: Sendable {
    var disk: InMemoryFileSystem
    var events: [HistoryEvent]
    var findings: [WorkloadFinding]
    var faults: WorkloadFaultCounts
  }

  private struct State {
    var random: SplitMix64
    /// How many transactions are to end before calls of the file system are counted.
    var endedBefore: Int
    /// How many calls are to come then, that with which the power is cut among them.
    var callsBefore: Int
    let history = InMemoryHistory()
    var findings: [WorkloadFinding] = []
    var faults = WorkloadFaultCounts()
    var left: Left?
  }

  private let disk: InMemoryFileSystem
  private let state: Mutex<State>

  /// Sets the moment.
  ///
  /// - Parameters:
  ///   - disk: What the store lies on.
  ///   - seed: Decides which unsynced sectors are kept.
  ///   - endedBefore: How many transactions are to end before.
  ///   - callsBefore: How many calls of the file system come behind these, at least one.
  init(of disk: InMemoryFileSystem, seed: UInt64, endedBefore: Int, callsBefore: Int) {
    self.disk = disk
    state = Mutex(
      State(
        random: SplitMix64(seed: seed), endedBefore: endedBefore, callsBefore: callsBefore))
  }

  /// The disk, as the store is to see it.
  ///
  /// - Parameter failing: Says which calls meet a fault of the disk.
  /// - Returns: The file system of one store.
  func makeFileSystem(
    failing: @escaping @Sendable (FileSystemCall) -> Fault?
  ) -> FailingFileSystem {
    FailingFileSystem(disk) { [self] call in
      noteCall()
      return failing(call)
    }
  }

  /// Whether there is no power any more.
  var isCut: Bool { state.withLock { $0.left != nil } }

  /// Cuts the power now, if it has not been cut.
  @discardableResult
  func cut() -> Left {
    state.withLock { cut(&$0) }
  }

  /// A transaction has ended.
  func noteEnd() {
    state.withLock { $0.endedBefore -= 1 }
  }

  /// A fault was injected.
  func note(_ message: ChildMessage) {
    guard let fault = message.fault else { return }
    state.withLock { state in
      if state.left == nil { state.faults[fault] += 1 }
    }
  }

  private func noteCall() {
    state.withLock { state in
      guard state.left == nil, state.endedBefore <= 0 else { return }
      state.callsBefore -= 1
      if state.callsBefore <= 0 { cut(&state) }
    }
  }

  @discardableResult
  private func cut(_ state: inout State) -> Left {
    if let left = state.left { return left }
    let chance = Double(state.random.below(3)) / 4
    let left = Left(
      disk: disk.crash(keepingUnsynced: chance, using: &state.random),
      events: state.history.eventsIfKilled, findings: state.findings,
      faults: state.faults)
    state.left = left
    return left
  }

  func record(_ event: HistoryEvent) throws(StoreError) {
    try whilePowered { $0.history.record(event) }
  }

  func note(attempt event: HistoryEvent) throws(StoreError) {
    try whilePowered { $0.history.note(attempt: event) }
  }

  func note(_ finding: WorkloadFinding) throws(StoreError) {
    try whilePowered { $0.findings.append(finding) }
  }

  private func whilePowered(_ body: (inout State) -> Void) throws(StoreError) {
    let isPowered = state.withLock { state in
      if state.left == nil { body(&state) }
      return state.left == nil
    }
    if !isPowered { throw StoreError(.closed, "the power was cut") }
  }
}
