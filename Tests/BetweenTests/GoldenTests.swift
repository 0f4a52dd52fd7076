// SPDX-License-Identifier: Apache-2.0

#if Sodium
  import Between
  import Foundation
  import Panjeon
  import PanjeonTesting
  import Testing
  import WideColumn

  /// Records as they were stored by the first version: `Tests/Fixtures/between/couple.jsonl`, which is never made anew.
  ///
  /// With PANJEON_WRITE_GOLDEN, the name of a directory, the test writes there what the program would make of it now.
  @Suite("Golden data")
  struct GoldenTests {
    private var stored: [String] {
      get throws {
        let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        let path = parts.dropLast(2).joined(separator: "/") + "/Fixtures/between/couple.jsonl"
        return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
          .map(String.init)
      }
    }

    /// Has a couple do something of each kind.
    private func fill(_ setting: Setting) async throws {
      let (between, messaging) = (setting.between, setting.between.messaging)
      let (a, b, couple) = (setting.a, setting.b, setting.couple)
      _ = try await messaging.send(
        .text("잘 잤어? 👋"), from: a, in: couple, token: RandomID(high: 1, low: 2))
      _ = try await messaging.send(.sticker("bear/hug"), from: b, in: couple)
      let photo = try await between.upload(.bytes([1, 2, 3]), type: "image/jpeg")
      _ = try await messaging.send(.photo(photo, caption: "we"), from: a, in: couple)
      let voice = try await between.upload(.bytes([4]), type: "audio/ogg")
      _ = try await messaging.send(.voice(voice, milliseconds: 1500), from: b, in: couple)
      try await messaging.markRead(by: a, in: couple)
      try await messaging.delete(2, of: a, in: couple)
      let album = try await between.photos.createAlbum("Jeju", by: a, in: couple)
      let shared = try await between.photos.add(
        photo, by: a, in: couple, takenAt: 1_700_000_000_000_000, caption: "sea",
        album: album.id())
      try await between.comments.write("nice", by: b, on: shared)
      let memo = try await between.memos.write("milk", by: b, in: couple)
      try await between.memos.edit(1, to: "milk, eggs", by: a, in: couple)
      try await between.comments.write("ok", by: a, on: memo)
      let day = try #require(CivilDate(year: 2024, month: 2, day: 29))
      try await between.calendar.add(.init("first", on: day, isYearly: true), by: a, in: couple)
      try await between.calendar.add(.init("cinema", on: day, note: "row 7"), by: b, in: couple)
      try await between.couples.setFirstDay(day, by: a)
      _ = try await between.backups.request(by: a, in: couple)
      let request = try #require(try await between.backups.start(limit: 1).first)
      try await between.backups.finish(
        request, with: try await between.upload(.bytes([5]), type: "text/plain"), messageCount: 3)
      _ = try await between.backups.request(by: b, in: couple)
    }

    @Test("What is stored of each record today is what was stored by the first version")
    func written() async throws {
      try await withCouple { setting in
        try await fill(setting)
        let lines = try await exported(setting.between, setting.couple)
        if let directory = ProcessInfo.processInfo.environment["PANJEON_WRITE_GOLDEN"] {
          let text = lines.map { $0 + "\n" }.joined()
          try text.write(
            toFile: directory + "/couple.jsonl", atomically: true, encoding: .utf8)
        }
        #expect(try stored == lines)
      }
    }

    @Test("What the first version stored is read as it was meant, indexes and all")
    func read() async throws {
      try await withEmpty(nil) { between in
        try await importing(try stored, into: between)
        let report = try await BetweenAudit(between).run()
        #expect(report.violations.map(\.description) == [] && report.messages == 7)
        let account = try await between.accounts.logIn(
          email: "minji@example.org", password: "eins")
        let lines = try stored
        let header = try #require(lines.first).split(separator: "\"")
        let couple = try #require(RandomID(String(header[7])))
        try await between.read { reader in
          let head = try await between.messaging.conversation(
            of: account.user, in: couple, in: &reader)
          #expect(head.issued == 4 && head.unreadCount == 0 && head.recentTokens?.count == 1)
          let page = try await between.messaging.page(
            of: account.user, in: couple, .oldestFirst, limit: 9, in: &reader)
          #expect(page.entries.first?.record.content == .text("잘 잤어? 👋"))
          guard case .voice(_, 1500)? = page.entries.last?.record.content else {
            Issue.record("the voice is another")
            return
          }
          let photos = try await between.photos.photos(
            ofAlbum: 1, of: couple, limit: 9, in: &reader)
          #expect(photos.entries.map(\.record.caption) == ["sea"])
          let february = try await between.calendar.month(2, of: 2024, of: couple, in: &reader)
          #expect(february.map(\.event.record.title) == ["first", "cinema"])
          let memo = try await between.memos.memo(1, of: couple, in: &reader)
          #expect(memo.text == "milk, eggs" && memo.editedAt != nil)
          let comments = try await between.comments.comments(
            by: account.user, in: couple, limit: 9, in: &reader)
          #expect(comments.entries.map(\.record.text) == ["ok"])
          let relationship = try await between.couples.relationship(couple, in: &reader)
          #expect(relationship.firstDay?.description == "2024-02-29")
        }
        #expect(try await exported(between, couple) == lines)
        #expect(try await between.backups.start(limit: 9).count == 1)
      }
    }
  }
#endif
