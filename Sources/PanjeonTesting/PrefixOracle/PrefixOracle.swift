// SPDX-License-Identifier: Apache-2.0

/// Says whether a recovered state is one that a crash may leave.
///
/// It records a trace of atomic writes. After a crash the state must equal the one after some *prefix* of the trace,
/// and that prefix must hold every write that was acknowledged as durable: nothing acknowledged is lost, nothing
/// later is there without what came before it, and no write is half there. The idea of RocksDB's crash test, which
/// found three bugs when it was introduced.
public struct PrefixOracle<State: Equatable & Sendable>: Sendable {
  /// What a recovered state is.
  public enum Verdict: Equatable, Sendable {
    /// The state after this many writes: as it should be.
    case prefix(Int)

    /// The state after this many writes, though more had been acknowledged as durable.
    case lost(found: Int, acknowledged: Int)

    /// The state after no number of writes: a hole, or half of a write.
    case noPrefix
  }

  /// The states after 0, 1, 2, … writes.
  private var states: [State]

  /// Begins a trace.
  public init(initial: State) {
    states = [initial]
  }

  /// How many writes have been recorded.
  public var count: Int { states.count - 1 }

  /// The state after all writes recorded so far.
  public var last: State { states[states.count - 1] }

  /// Records a write that is about to be made.
  public mutating func record(_ change: (inout State) -> Void) {
    var next = last
    change(&next)
    states.append(next)
  }

  /// Judges a recovered state.
  ///
  /// - Parameters:
  ///   - recovered: What was read after the crash.
  ///   - acknowledged: How many writes had been acknowledged as durable when the crash came.
  ///   - begun: How many had been begun; no later one can be there.
  /// - Returns: What the state is.
  public func judge(recovered: State, acknowledged: Int, begun: Int) -> Verdict {
    precondition(acknowledged <= begun && begun <= count, "more acknowledged than begun")
    for prefix in stride(from: begun, through: acknowledged, by: -1)
    where states[prefix] == recovered {
      return .prefix(prefix)
    }
    for prefix in stride(from: acknowledged - 1, through: 0, by: -1)
    where states[prefix] == recovered {
      return .lost(found: prefix, acknowledged: acknowledged)
    }
    return .noPrefix
  }
}
