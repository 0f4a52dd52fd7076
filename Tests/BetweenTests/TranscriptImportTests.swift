// SPDX-License-Identifier: Apache-2.0

import Between
import Panjeon
import Testing
import WideColumn

@Suite("Transcripts in a couple's conversation")
struct TranscriptImportTests {
  private let clock = LocalClock.ahead(minutes: 540)

  /// Messages of 2022, so many.
  private func messages(_ count: Int) throws -> [TranscriptMessage] {
    let texts = ["안녕", "two\nlines", "e\u{301}", "❤️", "", "صباح", "नमस्ते", "おはよう"]
    let date = try #require(CivilDate(year: 2022, month: 5, day: 1))
    return try (0..<count).map { place in
      TranscriptMessage(
        // Several have the same moment, as only minutes are told.
        moment: try #require(LocalMoment(date, hour: place / 300, minute: place / 5 % 60)),
        name: place % 3 == 0 ? "Minji" : "Jisoo", text: texts[place % texts.count])
    }
  }

  private func importer(_ setting: Setting) -> TranscriptImport<EmbeddedStore> {
    TranscriptImport(
      setting.between, into: setting.couple, names: ["Minji": setting.a, "Jisoo": setting.b],
      clock: clock)
  }

  private func run(
    _ messages: [TranscriptMessage], _ setting: Setting
  ) async throws -> TranscriptImportResult {
    var importer = importer(setting)
    for message in messages { try await importer.add(message) }
    return try await importer.finish()
  }

  @Test("Messages come in order, to both, and are read; a second time nothing changes")
  func all() async throws {
    try await withCouple { setting in
      let messages = try messages(300)
      let result = try await run(messages, setting)
      #expect(result.sent == 300)
      for user in [setting.a, setting.b] {
        let there = try await setting.messages(of: user)
        #expect(there.map(\.record.content) == messages.map { .text($0.text) })
        #expect(
          there.map(\.record.sender) == messages.map { $0.name == "Minji" ? setting.a : setting.b })
        #expect(try await setting.conversation(of: user).unreadCount == 0)
        for (entry, message) in zip(there, messages) {
          let late =
            entry.record.sentAt.microseconds - clock.timestamp(message.moment).microseconds
          #expect((0..<5).contains(late))
        }
      }
      let again = try await run(messages, setting)
      #expect(again.sent == 0 && again.known == 300)
      _ = try await setting.send("and on", from: setting.b)
    }
  }

  @Test("One that was cut off goes on where it was")
  func cutOff() async throws {
    try await withCouple { setting in
      let messages = try messages(400)
      _ = try await setting.between.messaging.send(
        .text("before"), from: setting.a, in: setting.couple,
        sentAt: .init(microseconds: 1_000_000))
      for count in [0, 100, 130, 300] {
        var importer = importer(setting)
        for message in messages.prefix(count) { try await importer.add(message) }
      }
      let result = try await run(messages, setting)
      #expect(result.known == 256 && result.sent == 144)
      let there = try await setting.messages(of: setting.b)
      #expect(there.dropFirst().map(\.record.content) == messages.map { .text($0.text) })
    }
  }

  @Test("A conversation with later messages, and strangers, are refused")
  func refusals() async throws {
    try await withCouple { setting in
      let messages = try messages(10)
      var stranger = importer(setting)
      await expect(.invalidName) {
        try await stranger.add(
          TranscriptMessage(moment: messages[0].moment, name: "Somebody", text: "x"))
      }
      _ = try await setting.send("later", from: setting.a)
      await expect(.notEmpty) { _ = try await run(messages, setting) }
      #expect(try await setting.messages(of: setting.a).count == 1)
    }
  }

  @Test("Who writes meanwhile stops it, and nothing is dated wrongly")
  func meanwhile() async throws {
    try await withCouple { setting in
      let messages = try messages(300)
      var importer = importer(setting)
      for message in messages.prefix(200) { try await importer.add(message) }
      _ = try await setting.send("hello", from: setting.b)
      await expect(.notEmpty) {
        for message in messages.dropFirst(200) { try await importer.add(message) }
        try await importer.finish()
      }
      #expect(try await setting.messages(of: setting.a).count == 129)
    }
  }

  @Test(
    "A conversation that is written as a transcript is read back",
    arguments: TranscriptFormat.allCases)
  func roundTrip(format: TranscriptFormat) async throws {
    try await withCouple { setting in
      let messages = try messages(40)
      _ = try await run(messages, setting)
      _ = try await setting.between.messaging.send(
        .sticker("bear"), from: setting.b, in: setting.couple)
      var file = ""
      let names = [setting.a: "Minji", setting.b: "Jisoo"]
      let count = try await TranscriptExport(setting.between, of: setting.b, in: setting.couple)
        .run(format, clock: clock, names: names) { file += $0 }
      #expect(count == 41)
      var reader = TranscriptReader(TranscriptWriter(format).layout)
      var found: [TranscriptMessage] = []
      for line in file.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
        .dropLast()
      {
        if let message = try reader.add(String(line)) { found.append(message) }
      }
      if let last = reader.finish() { found.append(last) }
      #expect(found.dropLast() == messages[...])
      #expect(found.last?.isPlaceholder == true && found.last?.text.contains("bear") == true)
    }
  }
}
