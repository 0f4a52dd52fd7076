// SPDX-License-Identifier: Apache-2.0

public import Panjeon
internal import PanjeonTransactions
internal import WideColumn

extension CoupleCalendar {
  /// What is on a couple's calendar in a month, anniversaries included, day by day: all of it.
  ///
  /// Reads of two indexes in the couple's row and of the events, of the reader's moment.
  ///
  /// - Parameters:
  ///   - month: The month, 1 to 12.
  ///   - year: The year, 1 to 9999.
  ///   - couple: The couple.
  ///   - reader: A transaction or a snapshot.
  /// - Returns: The occurrences in the order of days, and on a day in that of ids; of each day at most ``BetweenLimits/eventsPerDayMax`` events, and as many anniversaries.
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
    let events = try await all(Event.byDate, in: .range(first...last), of: couple, &reader)
    var found = events.map { Occurrence(date: $0.record.date, event: $0, years: 0) }
    // Those of a leap day are kept a day earlier in other years.
    let keepsLeapDay = last.month == 2 && last.day == 28 && !CivilDate.isLeap(last.year)
    let end = keepsLeapDay ? "02-29" : last.monthAndDay
    let yearly = try await all(
      Event.byMonthAndDay, in: .range(first.monthAndDay...end), of: couple, &reader)
    for entry in yearly {
      guard let date = entry.record.date.anniversary(in: first.year) else { continue }
      found.append(Occurrence(date: date, event: entry))
    }
    return found.sorted(by: Occurrence.isBefore)
  }

  /// All events of a part of an index: of some days, of which each has so many at the most.
  private func all<Value>(
    _ index: Index<Event, Value>, in bounds: KeyBounds, of couple: RandomID,
    _ reader: inout some DatastoreReader & ~Copyable
  ) async throws -> [Entry<Event>] {
    var entries: [Entry<Event>] = []
    var cursor: PageCursor?
    repeat {
      let page = try await reader.find(
        index, of: Key(.relationship, couple), in: bounds, limit: BetweenLimits.pageMax,
        after: cursor)
      entries += page.entries
      cursor = page.next
    } while cursor != nil
    return entries
  }
}

// MARK: - What comes next

extension CoupleCalendar {
  /// What comes next on a couple's calendar: for the first screen of the app.
  ///
  /// Each event and each anniversary is there once, on the first day that is not before `date`. Reads of two indexes in the couple's row and of the events, of the reader's moment.
  ///
  /// - Parameters:
  ///   - date: The day to begin with, today where the user is.
  ///   - limit: How many at the most, 1 to 1,000.
  ///   - couple: The couple.
  ///   - reader: A transaction or a snapshot.
  /// - Returns: The occurrences in the order of days, and on a day in that of ids.
  /// - Throws: Errors of the reader.
  public func upcoming(
    from date: CivilDate, limit: Int, of couple: RandomID,
    in reader: inout some DatastoreReader & ~Copyable
  ) async throws -> [Occurrence] {
    let limit = BetweenLimits.page(limit)
    let events = try await reader.find(
      Event.byDate, of: Key(.relationship, couple), in: .from(date), limit: limit)
    var found = events.entries.map { Occurrence(date: $0.record.date, event: $0, years: 0) }
    // A year round, from the day on and then from New Year.
    let today = date.monthAndDay
    var soon = 0
    for bounds in [KeyBounds.from(today), .before(today)] where soon < limit {
      soon += try await appendAnniversaries(
        in: bounds, from: date, limit: limit, of: couple, to: &found, &reader)
    }
    return Array(found.sorted(by: Occurrence.isBefore).prefix(limit))
  }

  /// Adds anniversaries of a part of the year, at least so many that come within a year, if there are; returns how many of these.
  private func appendAnniversaries(
    in bounds: KeyBounds, from date: CivilDate, limit: Int, of couple: RandomID,
    to found: inout [Occurrence], _ reader: inout some DatastoreReader & ~Copyable
  ) async throws -> Int {
    let yearLater = date.anniversary(in: date.year + 1)
    var (cursor, soon) = (PageCursor?.none, 0)
    repeat {
      let page = try await reader.find(
        Event.byMonthAndDay, of: Key(.relationship, couple), in: bounds, limit: limit,
        after: cursor)
      for entry in page.entries {
        guard let next = entry.record.date.nextAnniversary(from: date) else { continue }
        found.append(Occurrence(date: next, event: entry))
        // One whose first day is later does not take the place of those behind it.
        if yearLater.map({ next < $0 }) ?? true { soon += 1 }
      }
      cursor = soon < limit ? page.next : nil
    } while cursor != nil
    return soon
  }
}
