// SPDX-License-Identifier: Apache-2.0

package import PanjeonTesting

/// What is left of a run once its clients have ended, or could not go on.
package struct FinishedRun: Sendable {
  /// The history file, as far as it came.
  package var history: [UInt8] = []
  /// What clients met; of a run with crashes, the errors only.
  package var counts = WorkloadCounts()
  package var faults = WorkloadFaultCounts()
  /// Crashes that came before any transaction of their process had begun: they are no faults of the run.
  package var earlyCrashes = 0
  /// How many transactions the clients have begun.
  package var begun = 0
  /// What the store lies in, to be removed if all is well.
  package var directory: RunDirectory?
  /// Why it did not come to its end.
  package var failure: RunFailure?

  package init() {}
}
