// SPDX-License-Identifier: Apache-2.0

internal import PanjeonTesting
internal import Synchronization
internal import WideColumn

/// What the processes of a run have done that share a store, for those who start, hear and kill them.
final class SharedRunState: Sendable {
  /// One life of a process.
  struct Life: Sendable {
    /// From one on.
    let number: Int
    /// The numbers of its transactions.
    let transactions: Range<Int>
    /// After how many of them, or how many of all processes for the one that has the store, it is killed; nil for none.
    let endedBeforeKill: Int?
    /// When it is killed, whatever it is doing; nil for a kill by what has ended, or none.
    let millisecondsBeforeKill: Int?
  }

  private struct State {
    var progress: SharedProgress
    var random: SplitMix64
    var joined = JoinedHistory()
    var faults = WorkloadFaultCounts()
    var lives = 0
    var serverLives = 0
    var clientKills = 0
    var earlyCrashes = 0
    /// How many transactions have ended, as far as was heard.
    var ended = 0
    /// Lives of the process that has the store whose own transactions are over, while it serves others.
    var done: Set<Int> = []
    var failure: RunFailure?
  }

  /// How many lives there are at the most.
  private static let livesMax = 2000

  private let request: RunRequest
  private let processes: Int
  private let state: Mutex<State>

  init(_ request: RunRequest, processes: Int) {
    self.request = request
    self.processes = processes
    state = Mutex(
      State(
        progress: SharedProgress(transactions: request.transactions),
        random: SplitMix64(seed: request.seed ^ 0x54A2_ED00)))
  }

  /// Whether all has been done, or cannot be.
  var isOver: Bool { state.withLock { $0.progress.isOver || $0.failure != nil } }

  /// How many transactions have ended, as far as was heard.
  var ended: Int { state.withLock { $0.ended } }

  /// Why the run cannot go on.
  var failure: RunFailure? { state.withLock { $0.failure } }

  /// The number of the next transaction, and the first process of what comes last.
  var next: (transaction: Int, process: Int) {
    state.withLock { state in
      (state.progress.nextTransaction, (state.lives + 1) * RunProgress.processesPerLife)
    }
  }

  /// Ends the run; the first failure is told.
  func fail(_ failure: RunFailure) {
    state.withLock { $0.failure = $0.failure ?? failure }
  }

  /// Adds events of this process.
  func add(_ events: [HistoryEvent]) {
    state.withLock { $0.joined.add(HistoryFile.bytes(events)) }
  }

  /// A message of a process has come.
  func note(_ message: ChildMessage, of life: Life) {
    state.withLock { state in
      switch message {
      case .ended: state.ended += 1
      case .done:
        if state.done.insert(life.number).inserted {
          state.progress.giveBack(life.transactions, begun: life.transactions.count)
        }
      case .skew, .lostAck, .stall: break
      }
    }
  }

  /// Gives the run what came of it.
  func finish(_ finished: inout FinishedRun) {
    state.withLock { state in
      finished.history = state.joined.bytes
      finished.counts.add(state.joined.counts)
      finished.faults.add(state.faults)
      finished.begun = state.progress.begun
      finished.earlyCrashes = state.earlyCrashes
    }
  }
}

/// Lives.
extension SharedRunState {
  /// Begins a life of a process with clients; nil when there is nothing to do for it now.
  func beginClients() -> Life? {
    state.withLock { state -> Life? in
      let chunk = max(1, request.transactions / (4 * processes))
      let numbers = state.progress.take(chunk)
      if numbers.isEmpty { return nil }
      let kind = state.random.below(4)
      let isKilled = request.faults.contains(.crash) && (kind > 0 || state.clientKills == 0)
      // One in four when it has hardly begun, but never the first.
      let isEarly = kind == 1 && state.clientKills > 0
      if isKilled { state.clientKills += 1 }
      return begin(
        numbers, &state, endedBeforeKill: isKilled ? 1 + state.random.below(numbers.count) : nil,
        millisecondsBeforeKill: isKilled && isEarly ? state.random.below(60) : nil)
    }
  }

  /// Begins a life of the process that has the store; with `mixed` it runs half of what is left.
  func beginServer() -> Life {
    state.withLock { state in
      let most = request.path == .mixed ? max(1, state.progress.left / 2) : 0
      let numbers = state.progress.take(most)
      let isKilled = request.faults.contains(.crash)
      let isEarly = state.serverLives > 0 && state.random.below(4) == 0
      state.serverLives += 1
      let transactions = 1 + state.random.below(max(1, request.transactions / 4))
      return begin(
        numbers, &state, endedBeforeKill: isKilled ? state.ended + transactions : nil,
        millisecondsBeforeKill: isKilled && isEarly ? state.random.below(100) : nil)
    }
  }

  private func begin(
    _ numbers: Range<Int>, _ state: inout State, endedBeforeKill: Int?, millisecondsBeforeKill: Int?
  ) -> Life {
    state.lives += 1
    if state.lives > Self.livesMax {
      state.failure = state.failure ?? RunFailure(.failed, "\(Self.livesMax) processes have lived")
    }
    return Life(
      number: state.lives, transactions: numbers, endedBeforeKill: endedBeforeKill,
      millisecondsBeforeKill: millisecondsBeforeKill)
  }

  /// Ends a life.
  ///
  /// - Parameters:
  ///   - life: The life.
  ///   - isServer: Whether it was of the process that has the store.
  ///   - lived: What became of it.
  ///   - file: What it wrote down.
  func end(_ life: Life, isServer: Bool, _ lived: Lived, _ file: [UInt8]) {
    state.withLock { state in
      let begunBefore = state.joined.invocationCount
      state.joined.add(file)
      let begun = state.joined.invocationCount - begunBefore
      if !state.done.contains(life.number) {
        state.progress.giveBack(life.transactions, begun: begun)
      }
      state.faults.add(lived.faults)
      if lived.end == .killed {
        let isEarly = isServer ? life.millisecondsBeforeKill != nil : begun == 0
        if isEarly { state.earlyCrashes += 1 } else { state.faults[.crash] += 1 }
      }
      // What it said itself says more than its exit status.
      state.failure = state.failure ?? state.joined.failure ?? lived.failure
    }
  }
}
