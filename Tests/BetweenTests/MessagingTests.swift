// SPDX-License-Identifier: Apache-2.0

import Between
import Panjeon
import PanjeonTesting
import Testing

@Suite("Messaging")
struct MessagingTests {
  @Test("A message is in both rows byte for byte, with counts, head and unread count to match")
  func sending() async throws {
    try await withCouple { setting in
      // Composed and decomposed letters look alike, and stay what they are.
      let texts = [
        "안녕", "hello\u{0}there", "❤️", "", "é", "e\u{301}", "각", "\u{1100}\u{1161}\u{11A8}",
        "مرحبا", "שלום", "नमस्ते", "👩‍👩‍👧‍👦", "line\r\nbreak\u{2028}", "\u{FEFF}bom", "𝔘𝔫𝔦",
      ]
      for (index, text) in texts.enumerated() {
        let receipt = try await setting.send(text, from: index % 3 == 0 ? setting.b : setting.a)
        #expect(receipt.id == UInt64(index + 1))
        #expect(receipt.receiver == (index % 3 == 0 ? setting.a : setting.b))
      }
      for (owner, unread) in [(setting.a, 5), (setting.b, 10)] {
        let messages = try await setting.messages(of: owner)
        let bytes = messages.map { entry -> [UInt8] in
          guard case .text(let text) = entry.record.content else { return [] }
          return Array(text.utf8)
        }
        #expect(bytes == texts.map { Array($0.utf8) })
        let head = try await setting.conversation(of: owner)
        #expect(head.count == 15 && head.lastMessageID == 15)
        #expect(head.unreadCount == UInt64(unread))
        #expect(head.lastText == texts[14])
      }
    }
  }

  @Test("Stickers, photos and voices arrive, with their bytes")
  func kinds() async throws {
    try await withCouple { setting in
      let between = setting.between
      let photo = try await between.upload(.bytes([1, 2, 3]), type: "image/jpeg")
      let voice = try await between.upload(.bytes([4, 5]), type: "audio/ogg")
      let contents: [MessageContent] = [
        .sticker("bear/hug"), .photo(photo, caption: "우리"), .photo(photo, caption: ""),
        .voice(voice, milliseconds: 1200),
      ]
      for content in contents {
        _ = try await between.messaging.send(content, from: setting.a, in: setting.couple)
      }
      let found = try await setting.messages(of: setting.b).map(\.record.content)
      #expect(found == contents)
      let bytes = try await between.download(try #require(found[1].blob))
      #expect(Array(bytes) == [1, 2, 3])
    }
  }

  @Test("A message reads three rows once each, and writes three cells in each of two")
  func cost() async throws {
    try await withCouple { setting in
      _ = try await setting.send("first", from: setting.a)
      let before = setting.database.store.metrics.reads.gets
      let versions = try await setting.between.read { reader in
        var versions: [Timestamp] = []
        for user in [setting.a, setting.b] {
          let version = try await reader.snapshot.version(
            of: Key(.user, user).any.row, in: BetweenSchema.userTable)
          versions.append(try #require(version))
        }
        return versions
      }
      let betweenReads = setting.database.store.metrics.reads.gets - before
      _ = try await setting.send("second", from: setting.a)
      let gets = setting.database.store.metrics.reads.gets - before - betweenReads
      #expect(gets == 3)
      try await setting.between.read { reader in
        for (user, version) in zip([setting.a, setting.b], versions) {
          let after = Timestamp(microseconds: version.microseconds + 1)
          var columns = ColumnSelection()
          columns.add(family: AnyKey.family, qualifiers: .all)
          let row = try await reader.get(
            Get(Key(.user, user).any.row, columns: columns, filter: .time(from: after, to: nil)),
            in: BetweenSchema.userTable)
          #expect(row.map(Array.init)?.count == 3)
        }
      }
    }
  }

  @Test("Pages from either end fit together and end with the conversation, with gaps and without")
  func pages() async throws {
    try await withCouple { setting in
      let messaging = setting.between.messaging
      for number in 1...47 { _ = try await setting.send("\(number)", from: setting.a) }
      for id in Array(8...39) + [47] {
        try await messaging.delete(UInt64(id), of: setting.b, in: setting.couple)
      }
      for (user, all) in [
        (setting.a, Array(1...47)), (setting.b, Array(1...7) + Array(40...46)),
      ] {
        for order in [MessageOrder.oldestFirst, .newestFirst] {
          for limit in [1, 5, 46, 100] {
            var ids: [UInt64] = []
            var cursor: PageCursor?
            repeat {
              let page = try await setting.between.read { [cursor] reader in
                try await messaging.page(
                  of: user, in: setting.couple, order, limit: limit, after: cursor, in: &reader)
              }
              #expect(page.entries.count == limit || page.next == nil)
              ids += page.entries.compactMap { $0.key.id() }
              cursor = page.next
            } while cursor != nil
            let expected = all.map { UInt64($0) }
            #expect(ids == (order == .oldestFirst ? expected : expected.reversed()))
          }
        }
      }
    }
  }

  @Test("Partners who write at the same time get ids without gaps, the same in both rows")
  func concurrentPartners() async throws {
    try await withCouple { setting in
      try await withThrowingTaskGroup { group in
        for (index, sender) in [setting.a, setting.b, setting.a, setting.b].enumerated() {
          group.addTask {
            for number in 0..<15 {
              _ = try await setting.send("\(index)/\(number)", from: sender)
              if number % 5 == 0 {
                try await setting.between.messaging.markRead(by: sender, in: setting.couple)
              }
            }
          }
        }
        try await group.waitForAll()
      }
      let a = try await setting.messages(of: setting.a)
      let b = try await setting.messages(of: setting.b)
      #expect(a.map { $0.key.id() } == Array(1...60).map { UInt64?($0) })
      #expect(a.map(\.record) == b.map(\.record))
    }
  }

  @Test("Every message is later than those before it, whatever the clock says")
  func order() async throws {
    try await withCouple { setting in
      let messaging = setting.between.messaging
      for moment in [Int64(100), 50, 100, 101, -7, 102] {
        _ = try await messaging.send(
          .text("\(moment)"), from: setting.a, in: setting.couple,
          sentAt: Timestamp(microseconds: moment))
      }
      let moments = try await setting.messages(of: setting.b).map(\.record.sentAt.microseconds)
      #expect(moments == [100, 101, 102, 103, 104, 105])
    }
  }

  @Test("A search by date finds the first message from a moment on, as a scan of all does")
  func searchByDate() async throws {
    try await withCouple { setting in
      let messaging = setting.between.messaging
      for number in 1...60 {
        _ = try await messaging.send(
          .text("\(number)"), from: setting.a, in: setting.couple,
          sentAt: Timestamp(microseconds: Int64(number * number * 10)))
      }
      for id in Array(20...30) + [1, 59, 60] {
        try await messaging.delete(UInt64(id), of: setting.b, in: setting.couple)
      }
      for user in [setting.a, setting.b] {
        let all = try await setting.messages(of: user)
        for moment in stride(from: Int64(0), through: 40_000, by: 371) {
          let found = try await setting.between.read { reader in
            try await messaging.first(
              sentFrom: Timestamp(microseconds: moment), of: user, in: setting.couple, in: &reader)
          }
          let expected = all.first { $0.record.sentAt.microseconds >= moment }
          #expect(found == expected, "\(moment)")
        }
      }
    }
  }

  @Test("Marks go forward only, and are shown to the partner")
  func marks() async throws {
    try await withCouple { setting in
      let messaging = setting.between.messaging
      for number in 1...10 {
        _ = try await setting.send("\(number)", from: number % 2 == 0 ? setting.a : setting.b)
      }
      try await messaging.markRead(by: setting.b, in: setting.couple, through: 5)
      var head = try await setting.conversation(of: setting.b)
      #expect(head.unreadCount == 3 && head.readThrough == 5)
      try await messaging.markRead(by: setting.b, in: setting.couple, through: 3)
      head = try await setting.conversation(of: setting.b)
      #expect(head.readThrough == 5)
      let shown = try await setting.conversation(of: setting.a)
      #expect(shown.partnerReadThrough == 5)
      try await messaging.markRead(by: setting.b, in: setting.couple, through: 1000)
      head = try await setting.conversation(of: setting.b)
      #expect(head.unreadCount == 0 && head.readThrough == 10)
    }
  }

  @Test("What one side deletes the other keeps; head and counts follow; ids are not given again")
  func deleting() async throws {
    try await withCouple { setting in
      let messaging = setting.between.messaging
      for number in 1...4 { _ = try await setting.send("\(number)", from: setting.a) }
      try await messaging.delete(4, of: setting.b, in: setting.couple)
      try await messaging.delete(2, of: setting.b, in: setting.couple)
      var head = try await setting.conversation(of: setting.b)
      #expect(head.lastMessageID == 3 && head.lastText == "3" && head.unreadCount == 2)
      try await setting.expectSound()
      await expect(.noSuchObject) {
        try await messaging.delete(4, of: setting.b, in: setting.couple)
      }
      for id: UInt64 in [1, 3] {
        try await messaging.delete(id, of: setting.b, in: setting.couple)
      }
      head = try await setting.conversation(of: setting.b)
      #expect(head.lastMessageID == 0 && head.lastText.isEmpty && head.count == 0)
      let receipt = try await setting.send("5", from: setting.b)
      #expect(receipt.id == 5)
      #expect(try await setting.messages(of: setting.a).count == 5)
    }
  }

  @Test("Texts that are too long, strangers and unknown couples are refused")
  func refusals() async throws {
    try await withCouple { setting in
      let stranger = RandomID(high: 1, low: 2)
      await expect(.notPaired) { _ = try await setting.send("hi", from: stranger) }
      await expect(.notPaired) {
        _ = try await setting.between.messaging.send(.text("x"), from: setting.a, in: stranger)
      }
      let longest = String(repeating: "a", count: BetweenLimits.textBytesMax)
      _ = try await setting.send(longest, from: setting.a)
      await expect(.tooLong) { _ = try await setting.send(longest + "a", from: setting.a) }
      await expect(.invalidText) {
        _ = try await setting.between.messaging.send(
          .unknown(try unknown(9)), from: setting.a, in: setting.couple)
      }
    }
  }

  /// A content of a kind that the program does not know, as it comes of a newer one.
  private func unknown(_ kind: Int) throws -> UnknownContent {
    struct Newer: Codable {
      var sender = RandomID(high: 1, low: 2)
      var sentAt: Timestamp = 3
      var kind: Int
      enum CodingKeys: Int, CodingKey { case sender = 1, sentAt = 2, kind = 3 }
    }
    let stored = try RecordEncoder().encode(Newer(kind: kind))
    guard
      case .unknown(let content) = try RecordDecoder().decode(Message.self, from: stored).content
    else { throw BetweenError(.invalidText, "the kind is known") }
    return content
  }

  @Test("A preview is cut between scalars")
  func preview() async throws {
    try await withCouple { setting in
      _ = try await setting.send(String(repeating: "가", count: 100), from: setting.a)
      let head = try await setting.conversation(of: setting.b)
      #expect(head.lastText == String(repeating: "가", count: 66))
    }
  }
}
