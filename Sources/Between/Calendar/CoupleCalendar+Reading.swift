// SPDX-License-Identifier: Apache-2.0

public import Panjeon
internal import PanjeonTransactions
internal import WideColumn

extension CoupleCalendar {
  /// What is on a couple's calendar in a month, anniversaries included, day by day.
  ///
  /// - Parameters:
  ///   - month: The month, 1 to 12.
  ///   - year: The year, 1 to 9999.
  ///   - couple: The couple.
  ///   - reader: A transaction or a snapshot.
  /// - Returns: The occurrences in the order of days, and on a day in that of ids; at most ``BetweenLimits/pageMax`` events and as many anniversaries.
  /// - Throws: `invalidDate`; errors of the reader.
  public func month(
    _ month: Int, of year: Int, of couple: RandomID,
    in reader: inout some DatastoreReader & ~Copyable
  ) async throws -> [Occurrence] {
    guard let first = CivilDate(year: year, month: month, day: 1) else {
      throw BetweenError(.invalidDate, "there is no month \(month) of \(year)")
    }
    return try await occurrences(from: first, through: first.lastOfMonth, of: couple, in: &reader)
  }

  /// What is on a couple's calendar on a day, anniversaries included.
  ///
  /// As ``month(_:of:of:in:)``.
  public func day(
    _ date: CivilDate, of couple: RandomID, in reader: inout some DatastoreReader & ~Copyable
  ) async throws -> [Occurrence] {
    try await occurrences(from: date, through: date, of: couple, in: &reader)
  }

  /// The days of one month.
  private func occurrences(
    from first: CivilDate, through last: CivilDate, of couple: RandomID,
    in reader: inout some DatastoreReader & ~Copyable
  ) async throws -> [Occurrence] {
    let key = Key(.relationship, couple)
    let events = try await reader.find(
      Event.byDate, of: key, in: .range(first...last), limit: BetweenLimits.pageMax)
    var found = events.entries.map { Occurrence(date: $0.record.date, event: $0, years: 0) }
    // Those of a leap day are kept a day earlier in other years.
    let keepsLeapDay = last.month == 2 && last.day == 28 && !CivilDate.isLeap(last.year)
    let end = keepsLeapDay ? "02-29" : last.monthAndDay
    let yearly = try await reader.find(
      Event.byMonthAndDay, of: key, in: .range(first.monthAndDay...end),
      limit: BetweenLimits.pageMax)
    for entry in yearly.entries {
      guard let date = entry.record.date.anniversary(in: first.year) else { continue }
      found.append(
        Occurrence(date: date, event: entry, years: first.year - entry.record.date.year))
    }
    return found.sorted { left, right in
      (left.date, left.event.key.idComponent) < (right.date, right.event.key.idComponent)
    }
  }
}
