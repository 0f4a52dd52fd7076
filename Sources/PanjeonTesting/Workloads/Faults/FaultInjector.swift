// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
public import WideColumn

/// Decides by a seed which calls of a run meet a fault, and counts them.
public final class FaultInjector: Sendable {
  /// How often, and how bad.
  ///
  /// The first fault of each kind comes within the first 8 calls that can meet it, so that a short run has some of each.
  public struct Options: Sendable {
    /// The faults that are injected.
    public var faults: Set<WorkloadFault> = []
    /// How many commits out of a thousand lose their answer; by default 20.
    public var lostPerThousand = 20
    /// How many commits out of a thousand are made twice, the second answer given; by default none.
    ///
    /// The contract of a store knows no such thing. A transaction can tell its own commit from a conflict as long as nobody has
    /// changed its row between the two calls; with several clients it cannot, and may take effect twice.
    public var repeatedPerThousand = 0
    /// How many calls out of a thousand wait; by default 5.
    public var stallsPerThousand = 5
    /// The longest wait; by default 20 ms.
    public var stallMax = Duration.milliseconds(20)
    /// How many reads of the wall clock out of a thousand come after a jump of it; by default 20.
    public var jumpsPerThousand = 20
    /// How far from the true time a clock jumps at the most, either way; by default 60 s.
    public var skewMax = Duration.seconds(60)
    /// Is told of each fault.
    public var onFault: (@Sendable (WorkloadFault) -> Void)?

    /// No faults.
    public init() {}

    /// These faults, as often as by default.
    public init(_ faults: Set<WorkloadFault>) {
      self.faults = faults
    }
  }

  /// What happens to the answer of a commit.
  enum Answer {
    case given
    /// The commit is made and its answer lost.
    case lost
    /// The commit never arrives.
    case never
    /// The answer is lost, and the call made again beneath the client, who gets the answer to that.
    case again
  }

  private struct State {
    var random: SplitMix64
    var counts = WorkloadFaultCounts()
    var isOn = true
    /// How many calls that can meet a fault are let pass before the first one, of each kind that has not been injected.
    var callsUntilFirst: [WorkloadFault: Int] = [:]

    init(_ seed: UInt64) {
      random = SplitMix64(seed: seed)
      for fault in WorkloadFault.allCases {
        callsUntilFirst[fault] = random.below(FaultInjector.callsUntilFirstMax)
      }
    }

    /// Whether the next call meets a fault.
    mutating func meets(_ fault: WorkloadFault, perThousand: Int) -> Bool {
      let isDrawn = random.below(1000) < perThousand
      guard let calls = callsUntilFirst[fault] else { return isDrawn }
      callsUntilFirst[fault] = isDrawn || calls == 0 ? nil : calls - 1
      return isDrawn || calls == 0
    }
  }

  private static let callsUntilFirstMax = 8

  let options: Options
  private let clock: any TimeSource
  private let state: Mutex<State>

  /// Creates an injector.
  ///
  /// - Parameters:
  ///   - options: Which faults, and how often.
  ///   - seed: Decides.
  ///   - clock: What calls wait by.
  public init(_ options: Options, seed: UInt64, clock: any TimeSource) {
    self.options = options
    self.clock = clock
    state = Mutex(State(seed))
  }

  /// What has been injected so far.
  public var counts: WorkloadFaultCounts { state.withLock { $0.counts } }

  /// Ends all faults but the skew that clocks have come to.
  public func stop() {
    state.withLock { $0.isOn = false }
  }

  /// Draws whether a fault is injected, and counts it.
  private func draw(_ fault: WorkloadFault, perThousand: Int) -> UInt64? {
    guard options.faults.contains(fault), perThousand > 0 else { return nil }
    let drawn = state.withLock { state -> UInt64? in
      guard state.isOn, state.meets(fault, perThousand: perThousand) else { return nil }
      state.counts[fault] += 1
      return state.random.next()
    }
    if drawn != nil { options.onFault?(fault) }
    return drawn
  }

  /// What happens to the answer of the next commit.
  func drawAnswer() -> Answer {
    if draw(.lostAck, perThousand: options.repeatedPerThousand) != nil { return .again }
    guard let drawn = draw(.lostAck, perThousand: options.lostPerThousand) else { return .given }
    return drawn & 1 == 0 ? .lost : .never
  }

  /// What happens to a request of a ``StoreServer``: with `lostAck` some connections are dropped at a change.
  ///
  /// - Parameter request: The request.
  /// - Returns: What the server is to do to it; nil for nothing.
  @Sendable
  public func fault(of request: StoreServerRequest) -> StoreServerFault? {
    guard request.isChange else { return nil }
    return switch drawAnswer() {
    case .lost: .dropAfterExecuting
    case .never: .dropBeforeExecuting
    case .given, .again: nil
    }
  }

  /// Where the wall clock jumps to, if it jumps: its distance from the true time, in microseconds.
  func drawJump() -> Int64? {
    guard let drawn = draw(.skew, perThousand: options.jumpsPerThousand) else { return nil }
    let most = UInt64(options.skewMax.components.seconds) * 1_000_000
    return Int64(drawn % (2 * most + 1)) - Int64(most)
  }

  /// Waits, if the next call is one that does.
  func stall() async {
    guard let drawn = draw(.stall, perThousand: options.stallsPerThousand) else { return }
    let part = Double(drawn % 1024) / 1024
    // A cancelled task has nothing to wait for.
    try? await clock.sleep(for: options.stallMax * part)
  }
}
