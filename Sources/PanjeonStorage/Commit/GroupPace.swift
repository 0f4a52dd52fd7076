// SPDX-License-Identifier: Apache-2.0

/// How long the log's thread lets commits gather before it syncs for them.
///
/// A sync costs the same for one commit as for fifty. While one is under way the commits of other clients queue up; if the next began at
/// once it would serve only these, and those that were just answered would miss it and wait for the one after. So as many are waited for
/// as the last round has seen: its group, and those that had queued up when its sync ended. A client alone never waits, and two or three wait for one
/// another only as long as they do come.
///
/// How long is a matter of trust: at the most ``patienceMax`` syncs, half as long after each time that too few came, a little longer after
/// each time that all came (additive increase, multiplicative decrease; Chiu and Jain, 1989). Group commit itself after DeWitt et al.
/// (1984, doi:10.1145/602259.602261).
package struct GroupPace {
  /// The commits to wait for, and until when.
  package struct Goal {
    package var records: Int
    package var time: Duration
  }

  /// How many syncs long commits may gather at the most, and at the least.
  package static let patienceMax = 3.0
  package static let patienceMin = 0.125

  /// However slow the disk is, no commit waits longer for others.
  package static let waitMax = Duration.milliseconds(5)

  private var roundRecords = 0
  private var syncNanoseconds = 0.0
  private var patience = 0.5

  package init() {}

  /// Notes a sync.
  ///
  /// - Parameters:
  ///   - records: How many records it was for.
  ///   - queued: How many had queued up when it ended.
  ///   - nanoseconds: How long it took.
  package mutating func noteSync(of records: Int, queued: Int, nanoseconds: UInt64) {
    roundRecords = records + queued
    let taken = Double(nanoseconds)
    syncNanoseconds += (taken - syncNanoseconds) / 8
    if syncNanoseconds > 2 * taken { syncNanoseconds = taken }
  }

  /// What to wait for when so many records are queued; nil: for nothing.
  package func goal(queued: Int) -> Goal? {
    guard queued > 0, queued < roundRecords else { return nil }
    let time = min(Duration.nanoseconds(Int64(syncNanoseconds * patience)), Self.waitMax)
    return time < .microseconds(5) ? nil : Goal(records: roundRecords, time: time)
  }

  /// Notes how many records were queued at the beginning of a wait and at its end.
  package mutating func noteWait(for goal: Goal, from before: Int, to after: Int) {
    if after >= goal.records {
      patience = min(patience + 0.25, Self.patienceMax)
    } else if (after - before) * 2 < goal.records - before {
      patience = max(patience / 2, Self.patienceMin)
    }
  }
}
