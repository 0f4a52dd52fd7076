// SPDX-License-Identifier: Apache-2.0

package import PanjeonTesting

/// The faults of all runs of a workload: each kind that was asked for must have been injected, or the runs have tested nothing of it.
package struct FaultTally: Sendable {
  private let asked: Set<WorkloadFault>
  private var counts = WorkloadFaultCounts()

  /// Begins with none.
  package init(asked: Set<WorkloadFault>) {
    self.asked = asked
  }

  /// Adds those of a run.
  package mutating func add(_ counts: WorkloadFaultCounts) { self.counts.add(counts) }

  /// Says which kinds are missing; nil for none.
  package var missingText: String? {
    let missing = asked.filter { counts[$0] == 0 }
    if missing.isEmpty { return nil }
    return
      "no fault was injected of \(WorkloadFault.text(missing)), asked for though: run more transactions, or more seeds"
  }
}
