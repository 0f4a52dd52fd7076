// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// Which faults a simulation injects, and how often.
public struct FaultPlan: Hashable, Sendable {
  private var rates = [Double](repeating: 0, count: StoreFault.allCases.count)

  /// How many faults there are at the most; by default 64.
  public var faultsMax = 64

  /// How far the wall clock of a process may be from the true time, either way; by default it is not.
  public var clockSkewMax: Duration = .zero

  /// A plan without faults.
  public init() {}

  /// A plan without faults.
  public static let none = FaultPlan()

  /// The probability of a fault at each call that it can happen at, 0 to 1.
  ///
  /// When schedules are enumerated, what is not zero is a choice at each call.
  public subscript(fault: StoreFault) -> Double {
    get { rates[fault.rawValue] }
    set { rates[fault.rawValue] = newValue }
  }

  /// The kinds that can happen.
  public var kinds: [StoreFault] { StoreFault.allCases.filter { self[$0] > 0 } }

  /// Draws a plan: each kind is on or off, and has a rate of its own.
  ///
  /// Few kinds at once reach states that all together hide from each other: Groce et al., *Swarm Testing*, ISSTA 2012.
  ///
  /// - Parameters:
  ///   - kinds: The kinds to draw from.
  ///   - rateMax: The greatest rate, 0 to 1; the rates are spread evenly over two powers of ten below it.
  ///   - random: Where chance comes from.
  /// - Returns: A plan whose clocks are up to an hour apart, in one of two draws.
  public static func drawn(
    from kinds: [StoreFault] = StoreFault.allCases, rateMax: Double = 0.1,
    using random: inout SplitMix64
  ) -> FaultPlan {
    var plan = FaultPlan()
    for kind in StoreFault.allCases where kinds.contains(kind) {
      let isOn = random.chance(0.5)
      let choices = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1]
      let rate = rateMax * choices[random.below(choices.count)]
      if isOn { plan[kind] = rate }
    }
    if random.chance(0.5) { plan.clockSkewMax = .seconds(1 + random.below(3600)) }
    return plan
  }
}
