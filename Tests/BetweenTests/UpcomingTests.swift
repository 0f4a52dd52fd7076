// SPDX-License-Identifier: Apache-2.0

import Between
import Panjeon
import PanjeonTesting
import Testing

@Suite("What comes next")
struct UpcomingTests {
  private func date(_ text: String) throws -> CivilDate { try #require(CivilDate(text)) }

  private func add(_ setting: Setting, _ day: String, isYearly: Bool) async throws {
    try await setting.between.calendar.add(
      .init(day, on: try date(day), isYearly: isYearly), by: setting.a, in: setting.couple)
  }

  @Test("Events and anniversaries come in the order of their next days, each once")
  func order() async throws {
    try await withCouple { setting in
      for day in ["2026-11-30", "2026-12-24", "2026-11-29", "2030-01-01"] {
        try await add(setting, day, isYearly: false)
      }
      for day in ["2020-11-30", "1999-12-25", "2024-02-29", "2000-01-01", "2027-12-01"] {
        try await add(setting, day, isYearly: true)
      }
      func days(_ from: String, _ limit: Int) async throws -> [String] {
        let from = try date(from)
        return try await setting.between.read {
          try await setting.between.calendar.upcoming(
            from: from, limit: limit, of: setting.couple, in: &$0)
        }.map { "\($0.date) \($0.years)" }
      }
      let expected = [
        "2026-11-30 0", "2026-11-30 6", "2026-12-24 0", "2026-12-25 27", "2027-01-01 27",
        "2027-02-28 3", "2027-12-01 0", "2030-01-01 0",
      ]
      for limit in 1...9 {
        #expect(try await days("2026-11-30", limit) == Array(expected.prefix(limit)))
      }
      #expect(try await days("2028-02-29", 1) == ["2028-02-29 4"])
      #expect(try await days("2027-02-28", 1) == ["2027-02-28 3"])
      #expect(try await days("2027-03-01", 1) == ["2027-11-30 7"])
      #expect(try await days("9999-12-26", 9) == [])
    }
  }

  @Test("A drawn calendar's next days are those that going through all finds")
  func model() async throws {
    TestSeed.announce("upcoming")
    var random = SplitMix64(seed: TestSeed.value)
    try await withCouple { setting in
      let start = try date("2024-02-20").dayNumber
      func draw() -> CivilDate? {
        CivilDate(dayNumber: start + Int.random(in: 0..<1200, using: &random))
      }
      var drafts: [CoupleCalendar<EmbeddedStore>.Draft] = []
      for number in 0..<60 {
        drafts.append(
          .init("\(number)", on: try #require(draw()), isYearly: number % 3 != 0))
      }
      try await setting.between.write { transaction in
        for draft in drafts {
          _ = try await setting.between.calendar.add(
            draft, by: setting.a, in: setting.couple, in: &transaction)
        }
      }
      for limit in [1, 3, 20, 100] {
        let from = try #require(draw())
        let found = try await setting.between.read {
          try await setting.between.calendar.upcoming(
            from: from, limit: limit, of: setting.couple, in: &$0)
        }
        let expected = drafts.compactMap { draft in
          draft.isYearly
            ? draft.date.nextAnniversary(from: from) : draft.date >= from ? draft.date : nil
        }.sorted()
        #expect(found.map(\.date) == Array(expected.prefix(limit)), "from \(from)")
      }
    }
  }

  @Test("A day has so many events and anniversaries, and a month of such days is read whole")
  func full() async throws {
    try await withCouple { setting in
      let (calendar, limit) = (setting.between.calendar, BetweenLimits.eventsPerDayMax)
      let days = try (1...11).map { try #require(CivilDate(year: 2026, month: 11, day: $0)) }
      let couple = Key(.relationship, setting.couple)
      try await add(setting, "2026-11-01", isYearly: false)
      let first = try #require(try await setting.between.datastore.get(Key(couple, .event, 1)))
      for start in stride(from: 0, to: 11 * limit, by: 25) {
        try await setting.between.write { transaction in
          var event = first
          for number in max(start, 1)..<start + 25 {
            event.date = days[number / limit]
            try await transaction.insert(event, .event, under: couple)
          }
        }
      }
      let month = try await setting.between.read {
        try await calendar.month(11, of: 2026, of: setting.couple, in: &$0)
      }
      #expect(month.count == 11 * limit)
      await expect(.tooMany) { try await add(setting, "2026-11-11", isYearly: false) }
      try await add(setting, "2026-11-11", isYearly: true)
      try await add(setting, "2026-11-12", isYearly: false)
      let last: UInt64 = UInt64(11 * limit + 2)
      await expect(.tooMany) {
        try await calendar.change(
          last, to: .init("x", on: days[10]), by: setting.a, in: setting.couple)
      }
      // One that stays on its full day may be changed.
      try await calendar.change(
        UInt64(11 * limit), to: .init("x", on: days[10]), by: setting.a, in: setting.couple)
    }
  }
}
