// SPDX-License-Identifier: Apache-2.0

/// How many commits the log's thread lets gather before it syncs for them, and how long.
///
/// A sync costs the same for one commit as for fifty. While one is under way the commits of other clients queue up; if the next began at
/// once it would serve only these, and those that were just answered would miss it and wait for the one after. A client alone never waits,
/// and two or three wait for one another only as long as they do come. For the rest it depends on what takes longer, a sync or a *round*
/// of computing, in which each client prepares its next commit:
///
/// * The sync: all clients gather.
/// * The round: while some wait for a sync, others should compute. The group may be as large as it can be without the processors running
///   dry before the sync ends, which leaves the fewest syncs.
///
/// Nobody says how many clients there are. While they compute, commits come at a rate that is measured. If as many queue up during a sync,
/// the processors were busy, and the next group may be larger by one. If fewer do, all clients have come: those of the group and those
/// that queued up.
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
  package static let patienceMax = 8.0
  package static let patienceMin = 0.125

  /// How many syncs a round of computing must take at the least for clients to compute while others sync.
  ///
  /// With one, both ways are equal on paper; but twice as many syncs cost twice the processor time.
  package static let syncsPerRound = 2.0

  /// However slow the disk is, no commit waits longer for others.
  package static let waitMax = Duration.milliseconds(5)

  private var goalRecords = 0
  private var syncNanoseconds = 0.0
  private var patience = 0.5

  /// How many records have come in how long, while clients were computing; recent ones count more.
  private var arrivals = 0.0
  private var arrivalNanoseconds = 1.0

  /// How many records have come during syncs, and how many would have had all processors been busy.
  private var busyArrivals = 0.0
  private var busyExpected = 0.0

  package init() {}

  /// Per nanosecond.
  private var arrivalRate: Double { arrivals / arrivalNanoseconds }

  /// Notes a sync.
  ///
  /// - Parameters:
  ///   - records: How many records it was for.
  ///   - queued: How many had queued up when it ended.
  ///   - nanoseconds: How long it took.
  package mutating func noteSync(of records: Int, queued: Int, nanoseconds: UInt64) {
    let taken = Double(nanoseconds)
    let isFirst = syncNanoseconds == 0
    syncNanoseconds += (taken - syncNanoseconds) / 8
    if syncNanoseconds > 2 * taken || isFirst { syncNanoseconds = taken }
    if Double(queued) > arrivalRate * taken { noteArrivals(queued, in: taken) }
    busyArrivals += Double(queued) - busyArrivals / 4
    busyExpected += arrivalRate * taken - busyExpected / 4
    if queued > 0, busyArrivals >= 0.85 * busyExpected {
      goalRecords = records + 1
    } else {
      goalRecords = bestGroup(of: records + queued)
    }
  }

  /// The group to aim for, of so many clients.
  private func bestGroup(of clients: Int) -> Int {
    let arrivalsPerSync = arrivalRate * syncNanoseconds
    if Double(clients) <= Self.syncsPerRound * arrivalsPerSync { return clients }
    return max((clients + 1) / 2, clients - Int(1.25 * arrivalsPerSync))
  }

  /// What to wait for when so many records are queued; nil: for nothing.
  package func goal(queued: Int) -> Goal? {
    guard queued > 0, queued < goalRecords else { return nil }
    let time = min(Duration.nanoseconds(Int64(syncNanoseconds * patience)), Self.waitMax)
    return time < .microseconds(5) ? nil : Goal(records: goalRecords, time: time)
  }

  /// Notes how many records were queued at the beginning of a wait and at its end, and how long it took.
  package mutating func noteWait(
    for goal: Goal, from before: Int, to after: Int, nanoseconds: UInt64
  ) {
    let hasWorked = (after - before) * 2 >= goal.records - before
    if hasWorked { noteArrivals(after - before, in: Double(nanoseconds)) }
    if after >= goal.records {
      patience = min(patience + 0.25, Self.patienceMax)
    } else if !hasWorked {
      patience = max(patience / 2, Self.patienceMin)
    }
  }

  private mutating func noteArrivals(_ records: Int, in nanoseconds: Double) {
    arrivals += Double(records) - arrivals / 8
    arrivalNanoseconds += nanoseconds - arrivalNanoseconds / 8
  }
}
