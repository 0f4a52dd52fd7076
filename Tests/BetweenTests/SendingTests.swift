// SPDX-License-Identifier: Apache-2.0

import Between
import Panjeon
import PanjeonTesting
import Testing
import WideColumn

@Suite("Sending: moments, tokens, marks")
struct SendingTests {
  @Test("Nothing is sent from further ahead than the options allow")
  func ahead() async throws {
    try await withCouple { setting in
      let messaging = setting.between.messaging
      let now = Timestamp(microseconds: setting.clock.presentMicroseconds())
      let minute: Int64 = 60_000_000
      for beyond in [minute + 1, .max - now.microseconds] {
        await expect(.invalidDate) {
          _ = try await messaging.send(
            .text("x"), from: setting.a, in: setting.couple,
            sentAt: Timestamp(microseconds: now.microseconds + beyond))
        }
      }
      let receipt = try await messaging.send(
        .text("x"), from: setting.a, in: setting.couple,
        sentAt: Timestamp(microseconds: now.microseconds + minute))
      // Whoever comes behind it is later by a microsecond.
      let next = try await setting.send("y", from: setting.b)
      #expect(next.sentAt.microseconds == receipt.sentAt.microseconds + 1)
      let old = try await messaging.send(
        .text("z"), from: setting.b, in: setting.couple, sentAt: 1)
      #expect(old.sentAt.microseconds == next.sentAt.microseconds + 1)
    }
  }

  @Test("Sent again with its token, a message is there once; other tokens and senders are others")
  func tokens() async throws {
    try await withCouple { setting in
      let messaging = setting.between.messaging
      func send(
        _ number: Int, from sender: RandomID
      ) async throws
        -> Messaging<EmbeddedStore>.Receipt
      {
        try await messaging.send(
          .text("\(number)"), from: sender, in: setting.couple,
          token: RandomID(high: 7, low: UInt64(number)))
      }
      var receipts: [Messaging<EmbeddedStore>.Receipt] = []
      for number in 0..<BetweenLimits.recentTokensMax {
        let receipt = try await send(number, from: setting.a)
        #expect(receipt.isNew)
        receipts.append(receipt)
        receipts[number].isNew = false
        #expect(try await send(number, from: setting.a) == receipts[number])
      }
      // Also when it has been deleted meanwhile.
      try await messaging.delete(1, of: setting.a, in: setting.couple)
      for (number, receipt) in receipts.enumerated() {
        #expect(try await send(number, from: setting.a) == receipt)
      }
      #expect(try await send(0, from: setting.b).id == 17)
      // The seventeenth of the sender makes the first be forgotten.
      #expect(try await send(100, from: setting.a).id == 18)
      #expect(try await send(1, from: setting.a) == receipts[1])
      #expect(try await send(0, from: setting.a).id == 19)
      let tokens = try await setting.conversation(of: setting.a).recentTokens
      #expect(tokens?.count == BetweenLimits.recentTokensMax)
    }
  }

  @Test("A mark leaves as many unread as there are behind it, whichever side is counted")
  func marks() async throws {
    for mark: UInt64 in [3, 20, 37] {
      try await withCouple { setting in
        let messaging = setting.between.messaging
        for number in 1...40 {
          _ = try await setting.send("\(number)", from: number % 3 == 0 ? setting.b : setting.a)
        }
        for id: UInt64 in [2, 10, 22, 38] {
          try await messaging.delete(id, of: setting.b, in: setting.couple)
        }
        try await messaging.markRead(by: setting.b, in: setting.couple, through: mark)
        let left = try await setting.messages(of: setting.b).count {
          ($0.key.id() ?? 0 as UInt64) > mark && $0.record.sender == setting.a
        }
        #expect(try await setting.conversation(of: setting.b).unreadCount == UInt64(left))
      }
    }
  }

  @Test("Messages of a day are found by pages from either end, also while those around are deleted")
  func days() async throws {
    try await withCouple { setting in
      let messaging = setting.between.messaging
      for number in 1...30 {
        setting.clock.advance(by: .seconds(60))
        _ = try await setting.send("\(number)", from: setting.a)
      }
      let all = try await setting.messages(of: setting.a)
      let moments = all[9].record.sentAt..<all[20].record.sentAt
      func page(
        _ order: MessageOrder, _ limit: Int, after cursor: PageCursor? = nil
      ) async throws -> Page<Message> {
        try await setting.between.read { reader in
          try await messaging.page(
            sentIn: moments, of: setting.a, in: setting.couple, order, limit: limit,
            after: cursor, in: &reader)
        }
      }
      let whole = try await page(.oldestFirst, 100)
      #expect(whole.entries == Array(all[9..<20]) && whole.next == nil)
      for order in [MessageOrder.oldestFirst, .newestFirst] {
        let first = try await page(order, 4)
        // What the page began with goes, and what is just outside.
        let gone: [UInt64] = order == .oldestFirst ? [9, 10, 21] : [8, 20, 22]
        for id in gone { try await messaging.delete(id, of: setting.a, in: setting.couple) }
        let second = try await page(order, 100, after: first.next)
        #expect(second.next == nil)
        let ids = (first.entries + second.entries).compactMap { $0.key.id() as UInt64? }
        let expected = order == .oldestFirst ? Array(10...20) : Array((11...20).reversed())
        #expect(ids == expected.map { UInt64($0) })
      }
      let later = try await setting.between.read { reader in
        try await messaging.page(
          sentIn: .max..<Timestamp.max, of: setting.a, in: setting.couple, limit: 9,
          in: &reader)
      }
      #expect(later.entries.isEmpty && later.next == nil)
    }
  }

  @Test("A page of long texts ends before it takes much memory, and the next one goes on")
  func longTexts() async throws {
    try await withCouple { setting in
      let text = String(repeating: "가", count: BetweenLimits.textBytesMax / 3)
      for _ in 0..<70 { _ = try await setting.send(text, from: setting.a) }
      let page = try await setting.between.read { reader in
        try await setting.between.messaging.page(
          of: setting.b, in: setting.couple, limit: 1000, in: &reader)
      }
      #expect(page.entries.count == 64 && page.next != nil)
    }
  }

  @Test("Heads whose counts are nonsense are told as such", arguments: [UInt64.max, 0])
  func nonsense(count: UInt64) async throws {
    try await withCouple(auditsAtEnd: false) { setting in
      let messaging = setting.between.messaging
      for number in 1...6 { _ = try await setting.send("\(number)", from: setting.a) }
      try await setting.plant(at: Key(Key(.user, setting.b), .conversation, setting.couple)) {
        $0.unreadCount = count
        $0.deletedCount = .max
        if count == .max { $0.lastMessageID = .max }
      }
      if count == .max {
        await expect(.inconsistent) { _ = try await setting.send("x", from: setting.a) }
        await expect(.inconsistent) {
          _ = try await setting.between.read { reader in
            try await messaging.first(
              sentFrom: 0, of: setting.b, in: setting.couple, in: &reader)
          }
        }
      }
      await expect(.inconsistent) {
        try await messaging.delete(3, of: setting.b, in: setting.couple)
      }
    }
  }
}
