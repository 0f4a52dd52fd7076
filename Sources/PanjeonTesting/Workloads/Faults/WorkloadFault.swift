// SPDX-License-Identifier: Apache-2.0

/// What can be done to a workload while it runs.
public enum WorkloadFault: String, CaseIterable, Sendable {
  /// The process is killed, and another one opens the store.
  case crash
  /// Wall clocks jump, each client's on its own.
  case skew
  /// A commit is made, or is not, and its answer is lost.
  case lostAck = "lost-ack"
  /// A call waits, before or after it has taken effect.
  case stall
}

/// How often each fault was injected.
public struct WorkloadFaultCounts: Hashable, Sendable {
  private var counts: [WorkloadFault: Int] = [:]

  /// None.
  public init() {}

  /// How often a fault was injected.
  public subscript(fault: WorkloadFault) -> Int {
    get { counts[fault, default: 0] }
    set { counts[fault] = newValue }
  }

  /// How many there were of all kinds together.
  public var total: Int { counts.values.reduce(0, +) }

  /// Adds what was injected in another part of the run.
  public mutating func add(_ other: WorkloadFaultCounts) {
    counts.merge(other.counts, uniquingKeysWith: +)
  }
}
