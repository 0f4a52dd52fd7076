// SPDX-License-Identifier: Apache-2.0

import Between
import Panjeon
import PanjeonTesting
import Testing

@Suite("BetweenAudit")
struct AuditTests {
  /// Sends a few messages, does harm, and expects the audit to find what it has broken, and nothing else.
  private func planting(
    _ invariants: Invariant..., location: SourceLocation = #_sourceLocation,
    _ harm: (Setting) async throws -> Void
  ) async throws {
    try await withCouple(auditsAtEnd: false) { setting in
      for number in 1...4 {
        _ = try await setting.send("\(number)", from: number % 2 == 0 ? setting.a : setting.b)
      }
      try await setting.expectSound()
      try await harm(setting)
      let violated = try await setting.violated()
      #expect(violated == Set(invariants), sourceLocation: location)
    }
  }

  private func head(_ setting: Setting, _ user: RandomID) -> Key<Conversation> {
    Key(Key(.user, user), .conversation, setting.couple)
  }

  @Test("Every invariant has a sentence of its own")
  func sentences() {
    #expect(Set(Invariant.allCases.map(\.sentence)).count == Invariant.allCases.count)
  }

  @Test("A sound store is counted through")
  func counts() async throws {
    try await withCouple { setting in
      _ = try await setting.send("x", from: setting.a)
      let report = try await BetweenAudit(setting.between).run()
      #expect(report.isSound)
      #expect(report.accounts == 2 && report.users == 2 && report.couples == 1)
      #expect(report.messages == 2)
    }
  }

  @Test("An address without its account is found")
  func emailEntry() async throws {
    try await planting(.datastore, .accountHasUser) { setting in
      let account = try await setting.between.read { reader in
        try await setting.between.accounts.user(setting.a, in: &reader).accountID
      }
      try await setting.between.write { transaction in
        try transaction.delete(
          Delete(Key(.account, account).any.row), in: BetweenSchema.accountTable)
      }
    }
  }

  @Test("An account of another user is found")
  func accountOfAnother() async throws {
    try await planting(.accountHasUser) { setting in
      let other = RandomID(high: 0, low: 1)
      try await setting.plant(at: Key(.user, setting.a)) { $0.accountID = other }
    }
  }

  @Test("A couple whose user is elsewhere is found")
  func mutual() async throws {
    try await planting(.coupleIsMutual) { setting in
      try await setting.plant(at: Key(.user, setting.a)) { $0.relationshipID = nil }
    }
  }

  @Test("A couple that has broken up, and whose users are in it, is found")
  func broken() async throws {
    try await planting(.coupleIsMutual, .formerCoupleIsBroken) { setting in
      try await setting.plant(at: Key(.relationship, setting.couple)) { $0.brokenAt = 5 }
    }
  }

  @Test("A former couple that lasts is found")
  func former() async throws {
    try await planting(.formerCoupleIsBroken) { setting in
      try await setting.plant(at: Key(.user, setting.a)) {
        $0.formerRelationshipID = setting.couple
      }
    }
  }

  @Test("A couple of one alone is found, and one whose user is not there")
  func partners() async throws {
    try await planting(
      .coupleHasPartners, .coupleIsMutual, .conversationHasCouple, .senderIsPartner, .marksAgree
    ) { setting in
      try await setting.between.messaging.markRead(by: setting.a, in: setting.couple)
      try await setting.plant(at: Key(.relationship, setting.couple)) { $0.second = $0.first }
    }
    try await planting(.coupleHasPartners, .conversationHasCouple, .accountHasUser) { setting in
      try await setting.between.write { transaction in
        try transaction.delete(
          Delete(Key(.user, setting.b).any.row), in: BetweenSchema.userTable)
      }
    }
  }

  @Test("An invitation that its user does not name is found, and one that is not there")
  func invitations() async throws {
    try await planting(.invitationIsItsUsers) { setting in
      try await setting.plant(at: Key(.user, setting.a)) { $0.invitationCode = "23456789AB" }
    }
    try await planting(.invitationIsItsUsers) { setting in
      let c = try await setting.between.accounts.register(
        email: "c@example.org", password: "p", name: "c")
      _ = try await setting.between.couples.invite(by: c.user)
      try await setting.plant(at: Key(.user, c.user)) { $0.invitationCode = nil }
    }
  }

  @Test("A conversation with somebody else is found, and one that is missing")
  func conversations() async throws {
    try await planting(.conversationHasCouple) { setting in
      try await setting.plant(at: head(setting, setting.a)) { $0.partner = setting.a }
    }
    try await planting(.conversationHasCouple) { setting in
      _ = try await setting.between.datastore.deleteSubtree(head(setting, setting.a))
    }
  }

  @Test("A message from a stranger, and one that differs, is found")
  func messages() async throws {
    try await planting(.senderIsPartner, .sidesAgree) { setting in
      try await setting.plant(at: Key(head(setting, setting.a), .message, 1)) {
        $0.sender = RandomID(high: 9, low: 9)
      }
    }
    try await planting(.sidesAgree) { setting in
      try await setting.plant(at: Key(head(setting, setting.a), .message, 2)) {
        $0.content = .text("something else")
      }
    }
  }

  @Test("A message that is lost is found, deleted as it may be on one side")
  func lost() async throws {
    try await planting(.messagesAreAccounted) { setting in
      _ = try await setting.between.datastore.delete(Key(head(setting, setting.a), .message, 2))
    }
  }

  @Test("A message out of its time is found")
  func order() async throws {
    try await planting(.messagesAreInOrder) { setting in
      for user in [setting.a, setting.b] {
        try await setting.plant(at: Key(head(setting, user), .message, 2)) { $0.sentAt = 1 }
      }
    }
  }

  @Test("A number of messages that only one side was sent is found")
  func sides() async throws {
    try await planting(.sidesAgree, .messagesAreAccounted) { setting in
      try await setting.plant(at: head(setting, setting.a)) { $0.issued += 1 }
    }
  }

  @Test("A head that is not the last message is found")
  func heads() async throws {
    try await planting(.headIsLastMessage) { setting in
      try await setting.plant(at: head(setting, setting.a)) { $0.lastText = "x" }
    }
    try await planting(.headIsLastMessage) { setting in
      try await setting.plant(at: head(setting, setting.a)) { $0.lastMessageID = 3 }
    }
  }

  @Test("A wrong count of unread messages is found, and a mark that the partner does not see")
  func unread() async throws {
    try await planting(.unreadIsCounted) { setting in
      try await setting.plant(at: head(setting, setting.a)) { $0.unreadCount += 1 }
    }
    try await planting(.marksAgree) { setting in
      try await setting.plant(at: head(setting, setting.a)) { $0.partnerReadThrough = 1 }
    }
  }

  @Test("A user whose account is closed alone is found, and an account that is closed alone")
  func closed() async throws {
    try await planting(.closedIsGone) { setting in
      try await setting.plant(at: Key(.user, setting.a)) { $0.closedAt = 5 }
    }
    try await planting(.closedIsGone) { setting in
      let account = try await setting.between.read { reader in
        try await setting.between.accounts.user(setting.a, in: &reader).accountID
      }
      try await setting.plant(at: Key(.account, account)) { $0.email = "" }
    }
  }

  @Test("A name that is too long is found")
  func limits() async throws {
    try await planting(.withinLimits) { setting in
      try await setting.plant(at: Key(.user, setting.a)) {
        $0.name = String(repeating: "x", count: 257)
      }
    }
  }

  @Test("Bytes that are gone are found")
  func blobs() async throws {
    try await planting(.blobsAreThere) { setting in
      let blob = try await setting.between.upload(.bytes([1, 2]), type: "image/jpeg")
      _ = try await setting.between.messaging.send(
        .photo(blob, caption: ""), from: setting.a, in: setting.couple)
      try await setting.blobs.delete(blob.key)
    }
  }
}
