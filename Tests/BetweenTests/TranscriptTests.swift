// SPDX-License-Identifier: Apache-2.0

import Between
import Testing
import WideColumn

@Suite("Transcripts of other apps")
struct TranscriptTests {
  @Test("A transcript is recognised and read", arguments: SampleTranscript.all)
  func samples(sample: SampleTranscript) throws {
    let lines = sample.text.unicodeScalars.split(
      separator: "\n", omittingEmptySubsequences: false
    ).map(String.init)
    var recognizer = TranscriptRecognizer()
    for line in lines { recognizer.add(line) }
    let layout = try recognizer.layout()
    #expect(layout.format == sample.format)
    let found = try read(lines, layout)
    #expect(found == sample.messages)
  }

  private func read(
    _ lines: [String], _ layout: TranscriptLayout
  ) throws -> [TranscriptMessage] {
    var reader = TranscriptReader(layout)
    var messages: [TranscriptMessage] = []
    for line in lines { if let message = try reader.add(line) { messages.append(message) } }
    if let last = reader.finish() { messages.append(last) }
    return messages
  }

  /// Texts that are not easily told from what is around them.
  private static let texts = [
    "안녕, 지수야! 👩‍❤️‍👨\n두 번째 줄", "Hello: [there] - you", "Grüße\n\n\nJürgen\n", "",
    "\n", " ", "おはよう。\r\nぱ＝は゜", "صباح الخير ❤️", "नमस्ते — क्षि", "e\u{301}\u{323} \u{200E}x",
    "a\r", "\u{200E}", "\u{FEFF}bom", "line\u{2028}separator\u{85}next",
    "x\n2023-12-31, 21:05 - 민지: fake", "x\n[2023-12-31, 21:05:03] 민지: fake",
    "x\n\u{200E}[2023-12-31, 21:05:03] fake", "x\n2023년 12월 31일 오후 9:05, 민지 : fake",
    "x\n[민지] [오후 9:05] fake", "x\n--------------- 2023년 12월 31일 일요일 ---------------",
    "x\n2023년 12월 31일 일요일", "x\n\u{2060}[민지] [오후 9:05] fake\n\u{2060}\u{2060}fake",
    "x\n\u{2060}2023-12-31, 21:05 - fake", "x\n12/31/23, 9:05\u{202F}PM - 지수: fake",
    "x\n31.12.23, 21:05 - : ",
    "🇰🇷👨🏽‍🚀\u{1F3FF}", "<Media omitted>", "민지 : 지수 : x",
  ]

  @Test(
    "What is written is read back, byte for byte, in every format",
    arguments: TranscriptFormat.allCases, ["민지", "Anne-Marie O’Neil (home)", "اسم", "आशा", "a:b"])
  func roundTrip(format: TranscriptFormat, name: String) throws {
    var messages: [TranscriptMessage] = []
    let start = try #require(CivilDate(year: 2023, month: 12, day: 30))
    for (place, text) in Self.texts.enumerated() {
      let date = try #require(start.adding(days: place / 5))
      let moment = try #require(
        LocalMoment(
          date, hour: place % 5 * 6 % 24, minute: place, second: format == .whatsAppIOS ? 7 : 0))
      messages.append(
        TranscriptMessage(moment: moment, name: place % 3 == 0 ? "지수" : name, text: text))
    }
    var writer = TranscriptWriter(format)
    var file = ""
    for message in messages { file += try writer.text(of: message) }
    var lines = file.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
      .map(String.init)
    // Behind the last line feed there is no line.
    lines.removeLast()
    #expect(try read(lines, writer.layout) == messages)
    var recognizer = TranscriptRecognizer()
    for line in lines { recognizer.add(line) }
    #expect(try recognizer.layout(format: format) == writer.layout)
  }

  @Test("So is any text of pieces that mean something", arguments: TranscriptFormat.allCases)
  func pieces(format: TranscriptFormat) throws {
    let pieces = [
      "\n", "\n", "\r", "\u{2060}", "\u{200E}", "[", "] ", " - ", ": ", " : ", ", ", "a", "오후 9:05",
      "12/31/23", "2023. 12. 31.", "2023년 12월 31일", " 일요일", "[a] [9:05 PM] ", "--- ", "9:05",
      "\u{301}",
      "2023-12-31, 21:05 - a: ", "[2023-12-31, 21:05:03] a: ", "2023년 12월 31일 오후 9:05, a : ",
      "--------------- 2023년 12월 31일 일요일 ---------------",
    ]
    var generator = SplitMix64(seed: 7)
    let date = try #require(CivilDate(year: 2023, month: 12, day: 30))
    for round in 0..<40 {
      var writer = TranscriptWriter(format)
      var messages: [TranscriptMessage] = []
      var lines: [String] = []
      for day in 0..<10 {
        let text = (0..<Int.random(in: 0...9, using: &generator)).map { _ in
          pieces.randomElement(using: &generator) ?? ""
        }.joined()
        let later = try #require(date.adding(days: day / 3))
        let moment = try #require(LocalMoment(later, hour: 12, minute: day))
        messages.append(TranscriptMessage(moment: moment, name: "a", text: text))
        let written = try writer.text(of: messages[day])
        lines += written.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
          .dropLast().map(String.init)
      }
      #expect(try read(lines, writer.layout) == messages, "round \(round)")
    }
  }

  @Test("A name that could not be told from what is around it is refused")
  func names() throws {
    let date = try #require(CivilDate(year: 2023, month: 12, day: 30))
    let moment = try #require(LocalMoment(date, hour: 1, minute: 1))
    for (format, name) in [
      (.whatsAppAndroid, "a: b"), (.whatsAppIOS, ""), (.kakaoTalkMobile, "a : b"),
      (.kakaoTalkPC, "a] [b"), (.whatsAppIOS, "a\nb"), (.whatsAppAndroid, "\u{200E}a"),
    ] as [(TranscriptFormat, String)] {
      var writer = TranscriptWriter(format)
      #expect(throws: BetweenError.self) {
        _ = try writer.text(of: TranscriptMessage(moment: moment, name: name, text: "x"))
      }
    }
  }

  @Test("Which of day and month is first must be told, or be seen")
  func orders() throws {
    var recognizer = TranscriptRecognizer()
    recognizer.add("01/02/24, 21:05 - a: x")
    #expect(throws: BetweenError.self) { _ = try recognizer.layout() }
    let layout = try recognizer.layout(dateOrder: .dayFirst)
    let read = try read(["01/02/24, 21:05 - a: x"], layout)
    #expect(read.first?.moment.date == CivilDate(year: 2024, month: 2, day: 1))
    recognizer.add("01/13/24, 21:05 - a: x")
    #expect(try recognizer.layout().dateOrder == .monthFirst)
    recognizer.add("13/01/24, 21:05 - a: x")
    #expect(throws: BetweenError.self) { _ = try recognizer.layout() }
    #expect(throws: BetweenError.self) { _ = try TranscriptRecognizer().layout() }
  }

  @Test("What is no day, or has none, is refused")
  func refusals() {
    for (format, line) in [
      (.whatsAppAndroid, "31/02/24, 21:05 - a: x"), (.whatsAppIOS, "[1/2/24, 25:05:00] a: x"),
      (.kakaoTalkPC, "[a] [오후 9:05] x"),
    ] as [(TranscriptFormat, String)] {
      var reader = TranscriptReader(TranscriptLayout(format, dateOrder: .dayFirst))
      #expect(throws: BetweenError.self) { _ = try reader.add(line) }
    }
  }

  @Test("A clock shows the moment it was asked for, before 1970 as well")
  func clocks() throws {
    for minutes in [0, 540, -210, 765] {
      let clock = LocalClock.ahead(minutes: minutes)
      for microseconds in [0, -1, 1_700_000_000_000_000, -86_400_000_001] as [Int64] {
        let moment = try #require(clock.moment(.init(microseconds: microseconds)))
        let back = clock.timestamp(moment).microseconds
        #expect(back <= microseconds && microseconds - back < 1_000_000)
      }
    }
    let seoul = try #require(LocalClock.ahead(minutes: 540).moment(0))
    #expect(seoul.date == CivilDate(year: 1970, month: 1, day: 1) && seoul.hour == 9)
  }
}
