// SPDX-License-Identifier: Apache-2.0

/// Which versions of a column a family keeps.
package struct VersionRetention: Hashable, Sendable {
  package var versionsMax: Int

  /// How many are kept whose time to live has passed.
  package var versionsMin = 0

  /// In microseconds; nil: for ever.
  package var timeToLive: Int64?

  package init(versionsMax: Int, versionsMin: Int = 0, timeToLive: Int64? = nil) {
    self.versionsMax = versionsMax
    self.versionsMin = versionsMin
    self.timeToLive = timeToLive
  }

  /// The least timestamp whose time to live has not passed.
  package func aliveFrom(_ now: @autoclosure () -> Int64) -> Int64 {
    guard let timeToLive else { return .min }
    let (bound, overflow) = now().subtractingReportingOverflow(timeToLive - 1)
    return overflow ? .min : bound
  }
}
