// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// A moment as a clock on the wall shows it: a day and a time, in whatever zone.
public struct LocalMoment: Hashable, Comparable, Sendable {
  /// The day.
  public var date: CivilDate
  /// Seconds since midnight, 0 to 86,399.
  public var secondOfDay: Int

  /// Joins a day and a time; nil for what no clock shows.
  ///
  /// - Parameters:
  ///   - date: The day.
  ///   - hour: 0 to 23.
  ///   - minute: 0 to 59.
  ///   - second: 0 to 59.
  public init?(_ date: CivilDate, hour: Int, minute: Int, second: Int = 0) {
    guard (0..<24).contains(hour), (0..<60).contains(minute), (0..<60).contains(second) else {
      return nil
    }
    self.date = date
    secondOfDay = hour * 3600 + minute * 60 + second
  }

  /// The hour, 0 to 23.
  public var hour: Int { secondOfDay / 3600 }
  /// The minute.
  public var minute: Int { secondOfDay / 60 % 60 }
  /// The second.
  public var second: Int { secondOfDay % 60 }

  /// Whether `left` is before `right`.
  public static func < (left: LocalMoment, right: LocalMoment) -> Bool {
    (left.date, left.secondOfDay) < (right.date, right.secondOfDay)
  }
}

/// Which moment it is when a clock on the wall shows something, and what it shows at a moment.
///
/// With a fixed distance from UTC, or by functions of the app's, which may know the rules of a time zone.
public struct LocalClock: Sendable {
  /// The moment at which the clock shows something.
  public let timestamp: @Sendable (LocalMoment) -> Timestamp
  /// What the clock shows at a moment; nil beyond the years there are.
  public let moment: @Sendable (Timestamp) -> LocalMoment?

  /// A clock by functions.
  public init(
    timestamp: @escaping @Sendable (LocalMoment) -> Timestamp,
    moment: @escaping @Sendable (Timestamp) -> LocalMoment?
  ) {
    self.timestamp = timestamp
    self.moment = moment
  }

  /// A clock that is so many minutes ahead of UTC, all year round: 540 in Seoul; at most a day, either way.
  public static func ahead(minutes: Int) -> LocalClock {
    let offset = min(max(minutes, -1440), 1440) * 60
    return LocalClock(
      timestamp: { moment in
        let seconds = moment.date.dayNumber * 86_400 + moment.secondOfDay - offset
        return Timestamp(microseconds: Int64(seconds) * 1_000_000)
      },
      moment: { timestamp in
        let whole = timestamp.microseconds / 1_000_000
        let seconds = (timestamp.microseconds % 1_000_000 < 0 ? whole - 1 : whole) + Int64(offset)
        let day = seconds / 86_400 - (seconds % 86_400 < 0 ? 1 : 0)
        guard let date = CivilDate(dayNumber: Int(day)) else { return nil }
        let second = Int(seconds - day * 86_400)
        return LocalMoment(
          date, hour: second / 3600, minute: second / 60 % 60, second: second % 60)
      })
  }
}
