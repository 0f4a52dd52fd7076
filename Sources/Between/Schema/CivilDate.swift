// SPDX-License-Identifier: Apache-2.0

public import Panjeon

/// A day of the calendar, without a time and without a time zone: the day of an event is the same wherever the two are.
///
/// Of the proleptic Gregorian calendar, from 0001-01-01 to 9999-12-31. As a part of a key it is a text, `2026-11-30`, whose order is that of the days; in a record likewise.
public struct CivilDate: Hashable, Sendable {
  /// The year, 1 to 9999.
  public let year: Int
  /// The month, 1 to 12.
  public let month: Int
  /// The day of the month, from 1 on.
  public let day: Int

  /// Names a day; nil when there is none like it.
  public init?(year: Int, month: Int, day: Int) {
    guard (1...9999).contains(year), (1...12).contains(month), day >= 1,
      day <= Self.days(inMonth: month, of: year)
    else { return nil }
    self.year = year
    self.month = month
    self.day = day
  }

  /// Whether a year has a 29th of February.
  public static func isLeap(_ year: Int) -> Bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
  }

  /// How many days a month has.
  public static func days(inMonth month: Int, of year: Int) -> Int {
    switch month {
    case 2: isLeap(year) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}

// MARK: - Counting days

extension CivilDate {
  /// The number of days since 1970-01-01, negative before it.
  ///
  /// The algorithm of Howard Hinnant's *chrono-Compatible Low-Level Date Algorithms* (`days_from_civil`), for years from 1 on: years begin in March, so that a leap day is a
  /// year's last one.
  public var dayNumber: Int {
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  /// The day of a number; nil beyond the years there are.
  public init?(dayNumber: Int) {
    let (shifted, overflows) = dayNumber.addingReportingOverflow(719_468)
    guard !overflows, shifted >= 0 else { return nil }
    let era = shifted / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    self.init(
      year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month,
      day: dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
  }

  /// The day so many days later, or earlier; nil beyond the years there are.
  public func adding(days: Int) -> CivilDate? {
    let (number, overflows) = dayNumber.addingReportingOverflow(days)
    return overflows ? nil : CivilDate(dayNumber: number)
  }

  /// How many days a later day is away; negative for an earlier one.
  public func days(to other: CivilDate) -> Int { other.dayNumber - dayNumber }

  /// The day of the week, 0 for Sunday to 6 for Saturday.
  public var weekday: Int { (dayNumber % 7 + 11) % 7 }

  /// The first day of a month of its year.
  var firstOfMonth: CivilDate { CivilDate(unchecked: year, month, 1) }

  /// The last day of its month.
  var lastOfMonth: CivilDate {
    CivilDate(unchecked: year, month, Self.days(inMonth: month, of: year))
  }

  private init(unchecked year: Int, _ month: Int, _ day: Int) {
    self.year = year
    self.month = month
    self.day = day
  }
}

// MARK: - Anniversaries

extension CivilDate {
  /// The day in a year on which an anniversary of this day is kept; nil in years before it.
  ///
  /// That of a 29th of February is kept on the 28th in years without one.
  public func anniversary(in year: Int) -> CivilDate? {
    guard year >= self.year else { return nil }
    return CivilDate(
      year: year, month: month, day: min(day, Self.days(inMonth: month, of: year)))
  }

  /// The first anniversary on a day or after it; nil beyond the years there are.
  public func nextAnniversary(from date: CivilDate) -> CivilDate? {
    let year = max(date.year, self.year)
    if let day = anniversary(in: year), day >= date { return day }
    return anniversary(in: year + 1)
  }
}

// MARK: - Text, keys and records

extension CivilDate: LosslessStringConvertible, Comparable {
  /// The day as ISO 8601 has it: `2026-11-30`.
  public var description: String {
    Self.digits(year, 4) + "-" + Self.digits(month, 2) + "-" + Self.digits(day, 2)
  }

  /// Reads what ``description`` writes; nil for anything else.
  public init?(_ description: String) {
    let parts = description.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.map(\.utf8.count) == [4, 2, 2],
      description.utf8.allSatisfy({ $0 == UInt8(ascii: "-") || (48...57).contains($0) }),
      let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2])
    else { return nil }
    self.init(year: year, month: month, day: day)
  }

  private static func digits(_ number: Int, _ count: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
  }

  /// Whether `left` is before `right`.
  public static func < (left: CivilDate, right: CivilDate) -> Bool {
    (left.year, left.month, left.day) < (right.year, right.month, right.day)
  }
}

extension CivilDate: KeyComponentConvertible {
  /// The day as a part of a key: its text.
  public var keyComponent: KeyComponent { .text(description) }

  /// The day of a part of a key; nil when it is none.
  public init?(keyComponent: KeyComponent) {
    guard case .text(let text) = keyComponent else { return nil }
    self.init(text)
  }
}

extension CivilDate: Codable {
  /// Reads the text.
  public init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let date = CivilDate(text) else {
      throw DecodingError.dataCorrupted(
        DecodingError.Context(
          codingPath: decoder.codingPath, debugDescription: "'\(text)' is no day"))
    }
    self = date
  }

  /// Writes the text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
