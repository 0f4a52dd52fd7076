// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Records what simulated clients ask for and are told, for ``HistoryChecker``.
///
/// A process that has crashed records nothing more; one whose transaction had an unknown outcome goes on under another number,
/// as the rules of a history ask for.
public final class HistoryRecorder: Sendable {
  private struct State {
    var events: [HistoryEvent] = []
    /// The number in the history of each process.
    var numbers: [Int: Int] = [:]
    var nextNumber = 0
    var time = 0
  }

  private let state = Mutex(State())

  /// The transaction is about to begin.
  ///
  /// - Parameters:
  ///   - process: Who.
  ///   - value: The operations, with what is read left open.
  public func invoke(_ process: SimulatedProcess, _ value: [MicroOperation]) {
    if process.isCrashed { return }
    state.withLock { state in
      if state.numbers[process.number] == nil {
        state.numbers[process.number] = state.nextNumber
        state.nextNumber += 1
      }
      Self.append(.invoke, process, value, &state)
    }
  }

  /// The transaction has ended, as far as the client knows.
  ///
  /// - Parameters:
  ///   - process: Who.
  ///   - kind: `ok`, `fail` or `info`.
  ///   - value: The operations, with what was read when it is `ok`.
  public func complete(
    _ process: SimulatedProcess, _ kind: HistoryEvent.Kind, _ value: [MicroOperation]
  ) {
    if process.isCrashed { return }
    state.withLock { state in
      Self.append(kind, process, value, &state)
      if kind == .info { state.numbers[process.number] = nil }
    }
  }

  private static func append(
    _ kind: HistoryEvent.Kind, _ process: SimulatedProcess, _ value: [MicroOperation],
    _ state: inout State
  ) {
    guard let number = state.numbers[process.number] else { return }
    // No two events at once: their order is known.
    state.time = max(state.time + 1, Int(process.simulation.nanoseconds))
    state.events.append(HistoryEvent(process: number, kind: kind, time: state.time, value: value))
  }

  /// What has been recorded, in order.
  public var events: [HistoryEvent] { state.withLock { $0.events } }

  /// What has been recorded, as a history file.
  public var jsonLines: String {
    events.map { $0.jsonLine + "\n" }.joined()
  }
}
