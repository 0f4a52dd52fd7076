// SPDX-License-Identifier: Apache-2.0

import Between
import Panjeon
import Testing

@Suite("CivilDate")
struct CivilDateTests {
  private func date(_ text: String) throws -> CivilDate { try #require(CivilDate(text)) }

  @Test("Every day from 1 to 9999 has the number after the one before it, and is found by it")
  func allDays() throws {
    var number = try date("0001-01-01").dayNumber
    #expect(number == -719_162)
    var weekday = 1
    for year in 1...9999 {
      for month in 1...12 {
        for day in 1...CivilDate.days(inMonth: month, of: year) {
          let date = CivilDate(year: year, month: month, day: day)
          // Not one expectation a day, of which there are 3.6 million.
          if date?.dayNumber != number || CivilDate(dayNumber: number) != date
            || date?.weekday != weekday
          {
            Issue.record("\(year) \(month) \(day)")
            return
          }
          number += 1
          weekday = (weekday + 1) % 7
        }
      }
    }
    #expect(CivilDate(dayNumber: number) == nil)
    #expect(CivilDate(dayNumber: .max) == nil && CivilDate(dayNumber: .min) == nil)
  }

  @Test(
    "Known days have their numbers and days of the week",
    arguments: [
      ("1970-01-01", 0, 4), ("2000-02-29", 11_016, 2), ("2000-03-01", 11_017, 3),
      ("1969-12-31", -1, 3), ("2026-11-30", 20_787, 1), ("1900-03-01", -25_508, 4),
    ])
  func known(text: String, number: Int, weekday: Int) throws {
    let date = try date(text)
    #expect(date.dayNumber == number && date.weekday == weekday)
    #expect(date.description == text)
  }

  @Test("Leap years are those of the Gregorian calendar")
  func leapYears() {
    #expect([1600, 2000, 2024, 4].allSatisfy(CivilDate.isLeap))
    #expect(![1700, 1800, 1900, 2100, 2023, 1].contains(where: CivilDate.isLeap))
    #expect(CivilDate(year: 2023, month: 2, day: 29) == nil)
    #expect(CivilDate(year: 2024, month: 2, day: 29) != nil)
  }

  @Test(
    "What is no day is refused",
    arguments: [
      "", "2026-11-31", "2026-13-01", "2026-00-01", "2026-01-00", "0000-01-01", "10000-01-01",
      "2026-1-1", "2026-11-3O", "2026/11/30", "+026-11-30", "2026-11-30 ", "٢٠٢٦-11-30",
    ])
  func noDays(text: String) { #expect(CivilDate(text) == nil) }

  @Test("Days are ordered alike as values, texts and parts of keys")
  func order() throws {
    let days = try ["0001-01-01", "0999-12-31", "1000-01-01", "2026-09-30", "2026-10-01"].map(date)
    #expect(days.sorted() == days)
    #expect(days.map(\.keyComponent).sorted() == days.map(\.keyComponent))
    #expect(days.map { CivilDate(keyComponent: $0.keyComponent) } == days)
    #expect(
      CivilDate(keyComponent: .text("no")) == nil && CivilDate(keyComponent: .integer(1)) == nil)
  }

  @Test("An anniversary of a leap day is kept on the 28th in other years")
  func anniversaries() throws {
    let leap = try date("2024-02-29")
    #expect(leap.anniversary(in: 2025) == CivilDate(year: 2025, month: 2, day: 28))
    #expect(leap.anniversary(in: 2028) == CivilDate(year: 2028, month: 2, day: 29))
    #expect(leap.anniversary(in: 2023) == nil)
    #expect(leap.nextAnniversary(from: try date("2025-03-01")) == CivilDate("2026-02-28"))
    #expect(leap.nextAnniversary(from: try date("2025-02-28")) == CivilDate("2025-02-28"))
    #expect(leap.nextAnniversary(from: try date("2020-01-01")) == leap)
    #expect(try date("9999-01-01").nextAnniversary(from: try date("9999-01-02")) == nil)
  }

  @Test("Days are counted from one to another")
  func distances() throws {
    let day = try date("2026-11-30")
    #expect(day.adding(days: 100) == CivilDate("2027-03-10"))
    #expect(day.days(to: try date("2027-03-10")) == 100)
    #expect(day.adding(days: .max) == nil)
  }
}
