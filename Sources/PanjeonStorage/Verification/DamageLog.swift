// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
internal import WideColumn

/// The damage that a store's own threads have met since it was opened, and what they leave alone because of it.
package final class DamageLog: Sendable {
  private struct State: Sendable {
    var report = VerificationReport()
    var known: Set<VerificationFinding> = []
    var suspended: Set<SuspendedGroup> = []
  }

  private struct SuspendedGroup: Hashable, Sendable {
    var regionID: UInt64
    var group: Int
  }

  private let state = Mutex(State())

  package init() {}

  /// What has been found, each thing once.
  package var findings: [VerificationFinding] { state.withLock { $0.report.findings } }

  /// Keeps a finding; returns whether it is new.
  @discardableResult
  package func note(_ finding: VerificationFinding) -> Bool {
    state.withLock { state in
      guard state.known.count < VerificationReport.findingsMax,
        state.known.insert(finding).inserted
      else { return false }
      state.report.note(finding)
      return true
    }
  }

  /// Lets no further compaction of a group begin: it would meet the same damage.
  package func suspendCompaction(of region: Region, group: Int) {
    state.withLock {
      _ = $0.suspended.insert(SuspendedGroup(regionID: region.id, group: group))
    }
  }

  package func isSuspended(_ region: Region, group: Int) -> Bool {
    state.withLock {
      !$0.suspended.isEmpty
        && $0.suspended.contains(SuspendedGroup(regionID: region.id, group: group))
    }
  }
}
