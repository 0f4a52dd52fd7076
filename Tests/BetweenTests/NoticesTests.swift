// SPDX-License-Identifier: Apache-2.0

import Between
import Panjeon
import PanjeonTesting
import Testing

@Suite("Notifications and back-ups")
struct NoticesTests {
  @Test("The partner is told, sees the last first, and keeps no more than may be")
  func notifications() async throws {
    try await withCouple { setting in
      let (between, notifications) = (setting.between, setting.between.notifications)
      let memo = try await between.memos.write("m", by: setting.a, in: setting.couple)
      try await between.comments.write("c", by: setting.a, on: memo)
      var found = try await between.read { reader in
        try await notifications.notifications(of: setting.b, in: &reader)
      }
      #expect(found.map(\.record.kind) == [.comment, .memo])
      #expect(found.map(\.record.subject) == [.memo(1), .memo(1)])
      let own = try await between.read {
        try await notifications.notifications(of: setting.a, in: &$0)
      }
      #expect(own.map(\.record.kind) == [.paired])
      #expect(
        try await between.read { try await notifications.unreadCount(of: setting.b, in: &$0) } == 2)
      try await notifications.markAllRead(of: setting.b)
      #expect(
        try await between.read { try await notifications.unreadCount(of: setting.b, in: &$0) } == 0)
      for number in 0..<BetweenLimits.notificationsMax {
        try await between.memos.write("\(number)", by: setting.a, in: setting.couple)
      }
      found = try await between.read {
        try await notifications.notifications(of: setting.b, in: &$0)
      }
      #expect(found.count == BetweenLimits.notificationsMax)
      #expect(found.allSatisfy { !$0.record.isRead })
    }
  }

  @Test("What a comment is on is told with its type, and one notification is seen or deleted alone")
  func subjects() async throws {
    try await withCouple { setting in
      let (between, notifications) = (setting.between, setting.between.notifications)
      let date = try #require(CivilDate("2026-11-30"))
      let event = try await between.calendar.add(
        .init("e", on: date), by: setting.b, in: setting.couple)
      let memo = try await between.memos.write("m", by: setting.b, in: setting.couple)
      let blob = try await between.upload(.bytes([1]), type: "image/jpeg")
      let photo = try await between.photos.add(blob, by: setting.b, in: setting.couple)
      try await between.comments.write("c", by: setting.b, on: event)
      try await between.comments.write("c", by: setting.b, on: memo)
      try await between.comments.write("c", by: setting.b, on: photo)
      func all() async throws -> [Entry<Notification>] {
        try await between.read { try await notifications.notifications(of: setting.a, in: &$0) }
      }
      let told = try await all()
      #expect(
        told.map(\.record.subject) == [
          .photo(1), .memo(1), .event(1), .photo(1), .memo(1), .event(1), nil,
        ])
      let id: UInt64 = try #require(told[1].key.id())
      try await notifications.markRead(id, of: setting.a)
      try await notifications.markRead(id, of: setting.a)
      #expect(
        try await all().map(\.record.isRead) == [false, true] + [false, false] + [
          false, false, false,
        ])
      let unread = try await between.read {
        try await notifications.unreadCount(of: setting.a, in: &$0)
      }
      #expect(unread == 6)
      try await notifications.delete(id, of: setting.a)
      #expect(try await all().map(\.key) == told.map(\.key).filter { $0 != told[1].key })
      await expect(.noSuchObject) { try await notifications.delete(id, of: setting.a) }
      await expect(.noSuchObject) { try await notifications.markRead(id, of: setting.a) }
    }
  }

  @Test("A request is given to one worker, to another when that one is gone, and is done once")
  func backups() async throws {
    try await withCouple { setting in
      let backups = setting.between.backups
      _ = try await setting.send("x", from: setting.a)
      let first = try await backups.request(by: setting.a, in: setting.couple)
      setting.clock.advance(by: .seconds(1))
      let second = try await backups.request(by: setting.b, in: setting.couple)
      let started = try await backups.start(limit: 1)
      #expect(started.map(\.key) == [first])
      #expect(started[0].record.throughID == 1)
      let mine = try await backups.start(limit: 9)
      #expect(mine.map(\.key) == [second])
      #expect(try await backups.start(limit: 9).isEmpty)
      let blob = try await setting.between.upload(.bytes([1]), type: "text/plain")
      try await backups.finish(started[0], with: blob, messageCount: 1)
      await expect(.noSuchObject) {
        try await backups.finish(started[0], with: blob, messageCount: 1)
      }
      setting.clock.advance(by: setting.between.options.backupPatience)
      let again = try await backups.start(limit: 9)
      #expect(again.map(\.key) == [second])
      // The one who was too slow comes late.
      await expect(.noSuchObject) {
        try await backups.finish(mine[0], with: blob, messageCount: 1)
      }
      await expect(.noSuchObject) { try await backups.fail(mine[0]) }
      try await backups.fail(again[0])
      try await setting.expectSound()
      let states = try await setting.between.read { reader in
        try await backups.requests(of: setting.a, in: &reader).map(\.record.state)
      }
      #expect(states == [.done])
      let id: UInt64 = try #require(first.id())
      await expect(.noSuchObject) { try await backups.delete(id + 9, of: setting.a) }
      try await backups.delete(id, of: setting.a)
      #expect(try await setting.keysAfterCollecting().isEmpty)
    }
  }

  @Test("Only so many requests may be open")
  func tooMany() async throws {
    try await withCouple { setting in
      let backups = setting.between.backups
      for _ in 0..<BetweenLimits.backupRequestsOpenMax {
        _ = try await backups.request(by: setting.a, in: setting.couple)
      }
      await expect(.tooMany) { _ = try await backups.request(by: setting.a, in: setting.couple) }
    }
  }
}
