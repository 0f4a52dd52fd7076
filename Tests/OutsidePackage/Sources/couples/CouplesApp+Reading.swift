// SPDX-License-Identifier: Apache-2.0

import Between
import Panjeon

/// What the first screen of the app shows.
struct FirstScreen {
  var partner: String
  var unread: UInt64
  var lastText: String
  var photos: [Entry<Photo>]
  var upcoming: [Occurrence]
}

extension CouplesApp {
  func firstScreen(
    of couple: RandomID, today: CivilDate, _ session: RandomID
  ) async throws -> FirstScreen {
    let user = try await sessions.user(of: session)
    return try await between.read { reader in
      let relationship = try await between.couples.requireMember(user, of: couple, in: &reader)
      let head = try await between.messaging.conversation(of: user, in: couple, in: &reader)
      let partner = try await between.accounts.user(head.partner, in: &reader)
      assert(relationship.partner(of: user) == head.partner)
      return FirstScreen(
        partner: partner.name, unread: head.unreadCount, lastText: head.lastText,
        photos: try await between.photos.photos(of: couple, limit: 9, in: &reader).entries,
        upcoming: try await between.calendar.upcoming(
          from: today, limit: 5, of: couple, in: &reader))
    }
  }

  func messages(
    of couple: RandomID, after cursor: PageCursor?, _ session: RandomID
  ) async throws -> Page<Message> {
    let user = try await sessions.user(of: session)
    return try await between.read { reader in
      try await between.messaging.page(
        of: user, in: couple, limit: 50, after: cursor, in: &reader)
    }
  }
}
