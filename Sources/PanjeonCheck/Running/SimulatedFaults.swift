// SPDX-License-Identifier: Apache-2.0

internal import PanjeonTesting
internal import WideColumn

/// The faults of a simulated run: by its seed, some kinds of those that were asked for, each with a rate of its own.
///
/// Of each fault that the command line knows, one kind at the least comes often enough to be met.
struct SimulatedFaults {
  private let faults: Set<WorkloadFault>
  private let clients: Int
  private let transactions: Int
  private let seed: UInt64

  init(_ request: RunRequest) {
    self.init(
      request.faults, clients: request.clients, transactions: request.transactions,
      seed: request.seed)
  }

  init(_ faults: Set<WorkloadFault>, clients: Int, transactions: Int, seed: UInt64) {
    self.faults = faults
    self.clients = clients
    self.transactions = transactions
    self.seed = seed
  }

  private static let rateMax = 0.05
  /// How often the kind that is to be met is expected.
  private static let expectedMin = 10.0
  /// How many calls a transaction makes at the least, on average, of all and of those that change something.
  private static let (callsPerTransaction, changesPerTransaction) = (4.0, 0.5)

  var plan: FaultPlan {
    let kinds = StoreFault.allCases.filter { faults.contains($0.ofWorkload) }
    if kinds.isEmpty { return .none }
    var random = SplitMix64(seed: seed ^ 0xFA_17)
    var plan = FaultPlan.drawn(from: kinds, rateMax: Self.rateMax, using: &random)
    plan.faultsMax = max(plan.faultsMax, 4 * transactions)
    if !faults.contains(.skew) { plan.clockSkewMax = .zero }
    limitDeaths(&plan)
    for fault in WorkloadFault.allCases where faults.contains(fault) {
      ensure(fault, &plan, &random)
    }
    return plan
  }

  /// A client lives 17 times, and is to see the end: about four deaths of each kind in all its transactions' calls.
  private func limitDeaths(_ plan: inout FaultPlan) {
    let rateMax = 4 * Double(clients) / (8 * Double(transactions))
    for kind in [StoreFault.crashBefore, .crashAfter] {
      plan[kind] = min(plan[kind], rateMax)
    }
  }

  /// Lets one kind of a fault happen some times.
  private func ensure(
    _ fault: WorkloadFault, _ plan: inout FaultPlan, _ random: inout SplitMix64
  ) {
    // Deaths of clients are limited, those of the store are not.
    let kinds = fault == .crash ? [.restart] : StoreFault.allCases.filter { $0.ofWorkload == fault }
    let drawn = kinds.filter { plan[$0] > 0 }
    let candidates = drawn.isEmpty ? kinds : drawn
    let kind = candidates[random.below(candidates.count)]
    let calls =
      Double(transactions)
      * (fault == .lostAck ? Self.changesPerTransaction : Self.callsPerTransaction)
    plan[kind] = max(plan[kind], min(Self.rateMax, Self.expectedMin / calls))
  }
}

extension StoreFault {
  /// The kind that the command line knows it as.
  fileprivate var ofWorkload: WorkloadFault {
    switch self {
    case .crashBefore, .crashAfter, .restart: .crash
    case .lostCall, .lostAnswer, .duplicate, .lateDuplicate, .lateCall: .lostAck
    case .stall, .unavailable: .stall
    case .clockJump: .skew
    }
  }
}

extension FaultCounts {
  /// By the kinds that the command line knows.
  var ofWorkload: WorkloadFaultCounts {
    var counts = WorkloadFaultCounts()
    for fault in StoreFault.allCases { counts[fault.ofWorkload] += self[fault] }
    return counts
  }
}
