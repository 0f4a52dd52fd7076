// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
public import WideColumn

/// Takes the events of a history, from any number of clients at once.
public protocol HistorySink: Sendable {
  /// Takes an event; it is kept when this returns.
  ///
  /// - Parameter event: What happened.
  /// - Throws: Errors of the file, if there is one.
  func record(_ event: HistoryEvent) async throws(StoreError)

  /// Takes what a transaction has read and written before it asks for its commit, which its `invoke` could not say.
  ///
  /// If nothing follows, since the process was killed, the event stands; an event of the process that follows replaces it.
  ///
  /// - Parameter event: An `info`.
  /// - Throws: Errors of the file, if there is one.
  func note(attempt event: HistoryEvent) async throws(StoreError)

  /// Takes what a client met that is no part of a history.
  ///
  /// - Parameter finding: What it met.
  /// - Throws: Errors of the file, if there is one.
  func note(_ finding: WorkloadFinding) async throws(StoreError)
}

extension HistorySink {
  /// Does nothing: a sink that dies with its clients needs no such event.
  public func note(attempt event: HistoryEvent) async throws(StoreError) {}

  /// Does nothing: who lives as long as the runner finds it in its counts.
  public func note(_ finding: WorkloadFinding) async throws(StoreError) {}
}

/// A history in memory.
public final class InMemoryHistory: HistorySink {
  private struct State {
    var events: [HistoryEvent] = []
    /// What was noted last of the attempt of each process whose transaction has not ended.
    var notes: [Int: HistoryEvent] = [:]
  }

  private let state = Mutex(State())

  /// Begins a history.
  public init() {}

  /// Takes an event.
  public func record(_ event: HistoryEvent) {
    state.withLock { state in
      state.events.append(event)
      state.notes[event.process] = nil
    }
  }

  /// Takes what a transaction has done before its commit.
  public func note(attempt event: HistoryEvent) {
    state.withLock { $0.notes[event.process] = event }
  }

  /// What has been recorded so far, in the order in which it came.
  public var events: [HistoryEvent] { state.withLock { $0.events } }

  /// What would be known of the history if all clients were killed now.
  public var eventsIfKilled: [HistoryEvent] {
    state.withLock { state in
      state.events + state.notes.keys.sorted().compactMap { state.notes[$0] }
    }
  }
}
