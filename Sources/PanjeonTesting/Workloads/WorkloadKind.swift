// SPDX-License-Identifier: Apache-2.0

/// The workloads, by name.
public enum WorkloadKind: String, CaseIterable, Sendable {
  /// Appends to lists and reads of them.
  case append
  /// Reads and writes of registers.
  case register
  /// Transfers between accounts whose total is kept.
  case bank
  /// A ring of nodes, changed by swaps, that stays one.
  case cycle
  /// Single writes, and readers that must agree on their order.
  case longFork = "long-fork"
  /// Two that are on call, of whom one must remain.
  case writeSkew = "write-skew"
  /// Inserts into ranges that depend on what a scan found.
  case phantom
  /// Increments that read nothing.
  case counter
  /// Ids that are added and must be there afterwards.
  case set

  /// The workload of a seed.
  public func workload(seed: UInt64) -> any Workload {
    switch self {
    case .append: AppendWorkload(seed: seed)
    case .register: RegisterWorkload(seed: seed)
    case .bank: BankWorkload(seed: seed)
    case .cycle: CycleWorkload(seed: seed)
    case .longFork: LongForkWorkload(seed: seed)
    case .writeSkew: WriteSkewWorkload(seed: seed)
    case .phantom: PhantomWorkload(seed: seed)
    case .counter: CounterWorkload(seed: seed)
    case .set: SetWorkload(seed: seed)
    }
  }
}
