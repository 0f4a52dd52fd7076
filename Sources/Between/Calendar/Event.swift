// SPDX-License-Identifier: Apache-2.0

public import Panjeon
public import WideColumn

/// Something on a day of a couple's calendar; an anniversary comes again every year.
public struct Event: Record, Hashable {
  /// Number 13, below a relationship.
  public static let objectType = ObjectType<Event>(13, "event")

  /// Events that are no anniversaries by their day.
  public static let byDate = Index(
    33, "event_by_date", on: { (event: Event) -> CivilDate? in event.isYearly ? nil : event.date })

  /// Anniversaries by month and day, `11-30`.
  public static let byMonthAndDay = Index(
    34, "anniversary_by_day",
    on: { (event: Event) -> String? in event.isYearly ? event.date.monthAndDay : nil })

  /// ``byDate`` and ``byMonthAndDay``.
  public static var indexes: [IndexDefinition<Event>] {
    [byDate.definition, byMonthAndDay.definition]
  }

  /// Who put it there.
  public var author: RandomID
  /// What it is.
  public var title: String
  /// Its day; of an anniversary the first one.
  public var date: CivilDate
  /// Whether it comes again every year.
  public var isYearly: Bool
  /// What is noted beside it.
  public var note: String
  /// When it was put there.
  public var createdAt: Timestamp

  /// The fields' numbers.
  public enum CodingKeys: Int, CodingKey {
    /// Who put it there.
    case author = 1
    /// What it is.
    case title = 2
    /// Its day.
    case date = 3
    /// Whether it comes again.
    case isYearly = 4
    /// What is noted.
    case note = 5
    /// When it was put there.
    case createdAt = 6
  }
}

extension CivilDate {
  /// Month and day, as ``description`` has them.
  var monthAndDay: String { String(description.suffix(5)) }
}
