// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Records what simulated clients ask for and are told, for ``HistoryChecker``.
///
/// A process that has crashed records nothing more; one whose transaction had an unknown outcome goes on under another number,
/// as the rules of a history ask for.
public final class HistoryRecorder: Sendable {
  /// What does one thing at a time.
  private struct Task: Hashable {
    var process: Int
    var task: Int
  }

  private struct State {
    var events: [HistoryEvent] = []
    /// The number in the history of each task of a process.
    var numbers: [Task: Int] = [:]
    var nextNumber = 0
    var time = 0
  }

  private let state = Mutex(State())

  /// The transaction is about to begin.
  ///
  /// - Parameters:
  ///   - process: Who.
  ///   - task: Which task of the process, when several run transactions at once.
  ///   - value: The operations, with what is read left open.
  public func invoke(_ process: SimulatedProcess, task: Int = 0, _ value: [MicroOperation]) {
    if process.isCrashed { return }
    let who = Task(process: process.number, task: task)
    state.withLock { state in
      if state.numbers[who] == nil {
        state.numbers[who] = state.nextNumber
        state.nextNumber += 1
      }
      Self.append(.invoke, who, value, &state, process.simulation.nanoseconds)
    }
  }

  /// The transaction has ended, as far as the client knows.
  ///
  /// - Parameters:
  ///   - process: Who.
  ///   - task: Which task of the process.
  ///   - kind: `ok`, `fail` or `info`.
  ///   - value: The operations, with what was read when it is `ok`.
  public func complete(
    _ process: SimulatedProcess, task: Int = 0, _ kind: HistoryEvent.Kind,
    _ value: [MicroOperation]
  ) {
    if process.isCrashed { return }
    let who = Task(process: process.number, task: task)
    state.withLock { state in
      Self.append(kind, who, value, &state, process.simulation.nanoseconds)
      if kind == .info { state.numbers[who] = nil }
    }
  }

  private static func append(
    _ kind: HistoryEvent.Kind, _ who: Task, _ value: [MicroOperation], _ state: inout State,
    _ nanoseconds: UInt64
  ) {
    guard let number = state.numbers[who] else { return }
    // No two events at once: their order is known.
    state.time = max(state.time + 1, Int(nanoseconds))
    state.events.append(HistoryEvent(process: number, kind: kind, time: state.time, value: value))
  }

  /// What has been recorded, in order.
  public var events: [HistoryEvent] { state.withLock { $0.events } }

  /// What has been recorded, as a history file.
  public var jsonLines: String {
    events.map { $0.jsonLine + "\n" }.joined()
  }
}
