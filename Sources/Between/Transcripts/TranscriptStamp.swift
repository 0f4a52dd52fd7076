// SPDX-License-Identifier: Apache-2.0

/// A day and a time as a transcript has them.
struct TranscriptStamp {
  /// A day as it is written.
  enum Day {
    /// It is known which number is what.
    case date(CivilDate)
    /// Two numbers before a year.
    case numbers(Int, Int, year: Int)
  }

  var day: Day
  var hour = 0
  var minute = 0
  var second = 0

  /// The moment; nil when there is none like it, or it cannot be told which.
  func moment(_ order: DateOrder?) -> LocalMoment? {
    guard let date = date(order) else { return nil }
    return LocalMoment(date, hour: hour, minute: minute, second: second)
  }

  private func date(_ order: DateOrder?) -> CivilDate? {
    switch (day, order) {
    case (.date(let date), _): date
    case (.numbers(let day, let month, let year), .dayFirst):
      CivilDate(year: year, month: month, day: day)
    case (.numbers(let month, let day, let year), .monthFirst):
      CivilDate(year: year, month: month, day: day)
    case (.numbers, nil): nil
    }
  }
}

extension TranscriptScanner {
  /// Takes a day: `31.12.23`, `12/31/2023`, `2023. 12. 31.`, `2023년 12월 31일`, `December 31, 2023`.
  mutating func takeDay() -> TranscriptStamp.Day? {
    if let day = takeDayOfNamedMonth() { return day }
    guard let first = takeNumber() else { return nil }
    if take("년") { return takeKoreanDay(of: first.value) }
    guard let separator = takeSeparator(), let second = takeNumber(), takeSeparator() == separator,
      let third = takeNumber()
    else { return nil }
    if first.digits == 4 {
      // In Korean there is a point behind the day as well.
      if separator == "." { _ = take(".") }
      return CivilDate(year: first.value, month: second.value, day: third.value)
        .map(TranscriptStamp.Day.date)
    }
    let year = third.digits <= 2 ? 2000 + third.value : third.value
    // With points, the day is first everywhere.
    if separator == "." {
      return CivilDate(year: year, month: second.value, day: first.value)
        .map(TranscriptStamp.Day.date)
    }
    guard (1...31).contains(first.value), (1...31).contains(second.value) else { return nil }
    return .numbers(first.value, second.value, year: year)
  }

  private mutating func takeSeparator() -> Unicode.Scalar? {
    skipMarks()
    let separator = take(oneOf: ["/", ".", "-"])
    skipSpaces()
    return separator
  }

  private mutating func takeKoreanDay(of year: Int) -> TranscriptStamp.Day? {
    skipSpaces()
    guard let month = takeNumber(), take("월") else { return nil }
    skipSpaces()
    guard let day = takeNumber(), take("일") else { return nil }
    return CivilDate(year: year, month: month.value, day: day.value)
      .map(TranscriptStamp.Day.date)
  }

  /// Takes `December 31, 2023`, with the name of the day of the week before it or not.
  private mutating func takeDayOfNamedMonth() -> TranscriptStamp.Day? {
    var ahead = self
    var word = ahead.takeWord()
    if word.lowercased().hasSuffix("day"), ahead.take(",") {
      ahead.skipSpaces()
      word = ahead.takeWord()
    }
    let months = [
      "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ]
    guard let month = months.firstIndex(of: String(word.lowercased().prefix(3))),
      ahead.skipSpaces(), let day = ahead.takeNumber(), ahead.take(","), ahead.skipSpaces(),
      let year = ahead.takeNumber(),
      let date = CivilDate(year: year.value, month: month + 1, day: day.value)
    else { return nil }
    self = ahead
    return .date(date)
  }

  /// Takes a time: `21:05`, `21.05.03`, `9:05 PM`, `오후 9:05`.
  mutating func takeTime(of stamp: inout TranscriptStamp) -> Bool {
    var half: DayHalf?
    let before = takeWord()
    if !before.isEmpty {
      half = DayHalf(before)
      guard half != nil || Self.fillers.contains(before.lowercased()) else { return false }
      skipSpaces()
    }
    guard let hour = takeNumber(), let colon = take(oneOf: [":", "."]), let minute = takeNumber(),
      hour.digits <= 2, minute.digits == 2
    else { return false }
    stamp.minute = minute.value
    stamp.second = 0
    if take(colon) {
      guard let second = takeNumber(), second.digits == 2 else { return false }
      stamp.second = second.value
    }
    if half == nil { half = takeHalf() }
    guard let half else {
      stamp.hour = hour.value
      return true
    }
    guard hour.value <= 12 else { return false }
    stamp.hour = hour.value % 12 + (half == .afternoon ? 12 : 0)
    return true
  }

  /// Takes `PM`, with whatever spaces, and as languages have it.
  private mutating func takeHalf() -> DayHalf? {
    var ahead = self
    ahead.skipSpaces()
    var word = ahead.takeWord()
    if word == "a." || word == "p." {
      ahead.skipSpaces()
      word += ahead.takeWord()
    }
    guard let half = DayHalf(word) else { return nil }
    self = ahead
    return half
  }

  /// What some languages put between a day and a time.
  private static var fillers: [String] { ["klo", "kl.", "um", "at", "às", "alle", "à"] }
}

/// Which half of the day it is.
private enum DayHalf {
  case morning, afternoon

  /// Reads the word for one; nil for another word.
  init?(_ word: String) {
    switch word.lowercased().filter({ $0 != "." }) {
    case "am", "오전", "午前", "上午", "ص", "पूर्वाह्न", "sa", "öö", "πμ": self = .morning
    case "pm", "오후", "午後", "下午", "م", "अपराह्न", "ch", "ös", "μμ": self = .afternoon
    default: return nil
    }
  }
}
