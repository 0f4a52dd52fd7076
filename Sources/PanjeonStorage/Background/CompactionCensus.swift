// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
package import WideColumn

/// What compaction knows of groups beside their files: which regions are idle, how much has expired, what was asked for.
package final class CompactionCensus: Sendable {
  private struct Activity: Sendable {
    var writes: UInt64
    var sinceNanoseconds: UInt64
  }

  private struct State: Sendable {
    var activities: [UInt64: Activity] = [:]
    /// SSTables that were rewritten to no avail, since a snapshot still sees what has expired; until when they rest.
    var resting: [UInt64: UInt64] = [:]
  }

  /// How long a file rests that was rewritten to no avail.
  private static let restNanoseconds: UInt64 = 60_000_000_000

  private let state = Mutex(State())

  /// What was asked for.
  package let requests = CompactionRequests()
  private let clock: any TimeSource
  private let idleNanoseconds: UInt64?

  /// Creates a census.
  ///
  /// - Parameters:
  ///   - clock: Where time comes from.
  ///   - idleDelay: For how long a region has not been written to when it is idle; nil: none ever is.
  package init(_ clock: any TimeSource, idleDelay: Duration?) {
    self.clock = clock
    idleNanoseconds = idleDelay.map { $0.microseconds * 1000 }
  }

  /// What is known of a group.
  ///
  /// - Parameters:
  ///   - region: Its region.
  ///   - group: Its number.
  ///   - layout: The table's families.
  ///   - time: The time of the oldest snapshot: what has expired by then can go.
  /// - Returns: What is known.
  package func situation(
    of region: Region, group: Int, layout: FamilyLayout, at time: Int64
  ) -> CompactionSituation {
    let now = clock.monotonicNanoseconds()
    var situation = CompactionSituation()
    situation.isIdle = isIdle(region, now)
    let timeToLive = layout.timeToLive(ofGroup: group)
    let view = region.view.groups[group]
    situation.requestedFiles = requests.files(among: view, of: region)
    let resting = state.withLock { state in
      state.resting = state.resting.filter { $0.value > now }
      return state.resting
    }
    for table in view.upper + view.bottom where resting[table.number] == nil {
      guard let ages = table.properties.ages else { continue }
      let share = ages.expiredShare(
        at: time, timeToLive: timeToLive, cellCount: table.properties.cellCount)
      if share > 0 { situation.expiredShares[table.number] = share }
    }
    return situation
  }

  /// Lets files rest that hold as many cells as what they were made of.
  package func rest(_ tables: [Table]) {
    let until = clock.monotonicNanoseconds() + Self.restNanoseconds
    state.withLock { state in
      for table in tables { state.resting[table.number] = until }
    }
  }

  private func isIdle(_ region: Region, _ now: UInt64) -> Bool {
    guard let idleNanoseconds else { return false }
    let writes = region.metrics.writes.value
    return state.withLock { state in
      guard let known = state.activities[region.id], known.writes == writes else {
        state.activities[region.id] = Activity(writes: writes, sinceNanoseconds: now)
        return false
      }
      return now >= known.sinceNanoseconds + idleNanoseconds
    }
  }

  /// Forgets regions that are gone.
  package func keepOnly(_ regions: [Region]) {
    let ids = Set(regions.map(\.id))
    state.withLock { state in
      state.activities = state.activities.filter { ids.contains($0.key) }
    }
  }
}
