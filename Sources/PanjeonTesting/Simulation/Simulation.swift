// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
internal import WideColumn

/// Runs clients one step at a time, in an order that a seed decides, in time that passes only in their waits and calls.
///
/// Everything happens on the thread that calls ``run(clients:injectingFaults:_:)``: the clients' tasks suspend at each call of
/// a ``SimulatedStore`` and at each sleep of their clocks, and one of them is chosen to go on. Clients must not wait for anything
/// else: no other clock, no actor of another executor, no task that was not started within theirs. Then equal seeds make equal runs,
/// byte for byte. The idea is FoundationDB's simulation (Zhou et al., *FoundationDB: A Distributed Unbundled Transactional Key
/// Value Store*, SIGMOD 2021).
///
/// See the article *Simulating clients*.
public final class Simulation: Sendable {
  /// A task that waits to go on.
  struct Call {
    var process: Int
    var continuation: CheckedContinuation<Void, Never>
  }

  /// A task that waits for a time.
  struct Sleeper {
    var process: Int
    /// In nanoseconds.
    var end: UInt64
    var continuation: CheckedContinuation<Void, Never>
  }

  struct State {
    var choices: Choices
    var nanoseconds: UInt64 = 0
    var steps = 0
    var calls: [Call] = []
    var sleepers: [Sleeper] = []
    /// Calls that are on their way to the store, without anybody who waits for them.
    var deliveries: [@Sendable () -> Void] = []
    /// The process that went on last.
    var last = -1
    var clientsLeft = 0
    var processes = 0
    var failure: SimulationError?
    var injectsFaults = false
    var faultCounts = FaultCounts()
  }

  /// What the choices are drawn from; zero when they are enumerated.
  public let seed: UInt64

  /// Which faults are injected.
  public let faults: FaultPlan

  /// How many steps a run may take; by default a million.
  public let stepsMax: Int

  /// What clients have been told, if they record it.
  public let history = HistoryRecorder()

  let executor = SimulationExecutor()
  let pace: Pace
  let state: Mutex<State>
  private let abandoned = Atomic<Bool>(false)

  /// Creates a simulation whose choices are drawn.
  ///
  /// - Parameters:
  ///   - seed: What they are drawn from.
  ///   - faults: Which faults are injected.
  ///   - stepsMax: How many steps a run may take.
  public convenience init(seed: UInt64, faults: FaultPlan = .none, stepsMax: Int = 1_000_000) {
    var random = SplitMix64(seed: seed)
    let pace = Pace(using: &random)
    self.init(
      Choices(seed: random.next()), seed: seed, exploration: nil, pace: pace, faults: faults,
      stepsMax: stepsMax)
  }

  /// Creates a simulation that makes the given choices first, and then always the first there is.
  convenience init(schedule: [Int], of exploration: String, faults: FaultPlan, stepsMax: Int) {
    self.init(
      Choices(prefix: schedule), seed: 0, exploration: exploration, pace: .enumerated,
      faults: faults, stepsMax: stepsMax)
  }

  private init(
    _ choices: Choices, seed: UInt64, exploration: String?, pace: Pace, faults: FaultPlan,
    stepsMax: Int
  ) {
    self.seed = seed
    self.exploration = exploration
    self.pace = pace
    self.faults = faults
    self.stepsMax = stepsMax
    state = Mutex(State(choices: choices))
  }

  /// The name of what enumerates the choices; nil when they are drawn.
  private let exploration: String?

  /// Whether the choices are enumerated, so that what cannot matter should not be one.
  var isEnumerated: Bool { exploration != nil }

  /// Nanoseconds since the simulation began.
  public var nanoseconds: UInt64 { state.withLock { $0.nanoseconds } }

  /// The true time, in microseconds since the Unix epoch: it begins in November 2023.
  public var wallClockMicroseconds: Int64 {
    1_700_000_000_000_000 + Int64(nanoseconds / 1000)
  }

  /// How many steps there have been.
  public var steps: Int { state.withLock { $0.steps } }

  /// Which faults have been injected.
  public var faultCounts: FaultCounts { state.withLock { $0.faultCounts } }

  /// Whether the run has been given up, and every process is dead.
  var isAbandoned: Bool { abandoned.load(ordering: .relaxed) }

  func abandon() { abandoned.store(true, ordering: .relaxed) }

  /// How to run it again: an environment variable with its value.
  public var replay: String {
    guard let exploration else { return "PANJEON_SEED=\(seed)" }
    return state.withLock { state in
      "PANJEON_SCHEDULE=\(exploration):\(Schedule(state.choices.made.map(\.picked)))"
    }
  }
}
